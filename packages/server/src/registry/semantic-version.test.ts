import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions, parseVersion } from './semantic-version.ts';

const version = (text: string) => parseVersion(text) ?? assert.fail(`${text} is a version`);

const number = fc.oneof(fc.nat(12).map(String), fc.constantFrom('18446744073709551616', '18446744073709551617'));
const identifier = fc.oneof(fc.nat(20).map(String), fc.constantFrom('alpha', 'beta', 'rc', 'x-1', '0a', '-'));
const someVersion = fc
  .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }))
  .map(([major, minor, patch, rest]) => `${major}.${minor}.${patch}${rest.length > 0 ? `-${rest.join('.')}` : ''}`);

test('versions are ordered as the example of section 11 of Semantic Versioning is', () => {
  const ascending =
    '1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 2.0.0 2.1.0 2.1.1'.split(' ');
  for (const [index, lower] of ascending.entries()) {
    for (const higher of ascending.slice(index + 1))
      assert.ok(compareVersions(version(lower), version(higher)) < 0, `${lower} < ${higher}`);
  }
});

test('what is no version is none, and what may be added to one counts for nothing', () => {
  for (const text of ['1', '1.2', '01.2.3', '1.2.3-', '1.2.3-01', '1.2.3-a..b', '1.2.3.4', 'latest', 'vv1.2.3', '1.2.3 ', '']) {
    assert.equal(parseVersion(text), undefined, text);
  }
  assert.deepEqual(parseVersion('v1.2.3-rc.1_build.5'), { major: '1', minor: '2', patch: '3', prerelease: ['rc', '1'] });
  assert.deepEqual(parseVersion('1.2.3_linux'), parseVersion('v1.2.3'));
});

test('the order is total: antisymmetric, transitive, and equal only for the same version', () => {
  fc.assert(
    fc.property(someVersion, someVersion, someVersion, (a, b, c) => {
      const [x, y, z] = [version(a), version(b), version(c)];
      assert.equal(Math.sign(compareVersions(x, y)), -Math.sign(compareVersions(y, x)) + 0);
      assert.equal(compareVersions(x, y) === 0, a === b);
      if (compareVersions(x, y) <= 0 && compareVersions(y, z) <= 0) assert.ok(compareVersions(x, z) <= 0);
    }),
  );
});
