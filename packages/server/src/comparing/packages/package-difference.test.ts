import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageKind } from './installed-package.ts';
import { PackageDifferences } from './package-difference.ts';

const cases: readonly [kind: PackageKind, from: string, to: string, fate: string][] = [
  ['go', 'v0.9.0', 'v0.10.0', 'upgraded'],
  ['go', 'v0.0.0-20230101000000-abcdefabcdef', 'v0.0.0-20240102030405-0123456789ab', 'upgraded'],
  ['go', 'v2.1.0+incompatible', 'v2.0.9+incompatible', 'downgraded'],
  ['go', '1.9', '1.26.8', 'upgraded'],
  ['npm', '1.0.0-rc.1', '1.0.0', 'upgraded'],
  ['npm', '1.0.0-rc.10', '1.0.0-rc.9', 'downgraded'],
  ['npm', '1.0.0', 'next', 'changed'],
  ['deb', '1.0~rc1-1', '1.0-1', 'upgraded'],
  ['rpm', '1.0^git1-1', '1.0-1', 'downgraded'],
  ['apk', '1.9.1-r2', '1.10.0-r0', 'upgraded'],
  ['java', '31.1-jre', '32.0-jre', 'upgraded'],
  ['java', '31.1-jre', '31.1-android', 'changed'],
  ['java', '6.1.9.RELEASE', '6.1.10.RELEASE', 'upgraded'],
  ['pacman', '1:2.9-1', '1:2.10-1', 'upgraded'],
  ['cran', '1.2-10', '1.2-9', 'downgraded'],
  ['nuget', '8.0.0-preview.2', '8.0.0', 'upgraded'],
  ['python', '2.0', '2.0.post1', 'changed'],
];

test('which of two versions is newer is told by the rules of their kind, and not guessed', () => {
  for (const [kind, from, to, change] of cases) {
    const differences = new PackageDifferences();
    differences.note([`${kind}\0name\0${from}`, `${kind}\0same\0${from}`], -1);
    differences.note([`${kind}\0name\0${to}`, `${kind}\0same\0${from}`], 1);
    assert.deepEqual(differences.list(), [{ kind, name: 'name', change, from: [from], to: [to] }]);
  }
});
