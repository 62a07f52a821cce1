import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareDebianVersions } from './debian-version.ts';

test('versions are in the order of deb-version(7)', () => {
  const sorted = ['1.0~~', '1.0~~a', '1.0~', '1.0', '1.0-1', '1.0-1+b1', '1.0a', '1.0+x', '1.0.1', '1.9', '1.10', '1:0.1', '2:0~rc1-1'];
  for (const [place, version] of sorted.entries()) {
    for (const [other, second] of sorted.entries()) {
      assert.equal(Math.sign(compareDebianVersions(version, second)), Math.sign(place - other), `${version} and ${second}`);
    }
  }
  assert.equal(compareDebianVersions('1.007-1', '0:1.7-1'), 0);
});
