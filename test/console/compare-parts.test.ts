import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileFacts, sizeOf } from '../../packages/console/src/areas/compare/file-facts.ts';
import { hunksOf } from '../../packages/console/src/areas/compare/patch-lines.ts';

test('a patch is told apart into what was removed, added and neither, whatever its lines begin with', () => {
  const patch = '--- a\n+++ a\n@@ -1,3 +1,3 @@\n same\n--- removed\n+++ added\n+more\n\\ No newline at end of file\n@@ -9 +9 @@\n \n-x\n';
  assert.deepEqual(hunksOf(patch), [
    {
      lines: 6,
      groups: [
        { kind: 'place', text: '@@ -1,3 +1,3 @@' },
        { kind: 'same', text: ' same' },
        { kind: 'removed', text: '--- removed' },
        { kind: 'added', text: '+++ added\n+more' },
        { kind: 'note', text: '\\ No newline at end of file' },
      ],
    },
    {
      lines: 3,
      groups: [
        { kind: 'place', text: '@@ -9 +9 @@' },
        { kind: 'same', text: ' ' },
        { kind: 'removed', text: '-x' },
      ],
    },
  ]);
});

test('a file that both sides have says in what it differs', () => {
  const side = { kind: 'file', mode: '0644', uid: 0, gid: 0, sizeBytes: 1, sha256: 'a', layer: 0 };
  const differing = (file: Parameters<typeof fileFacts>[0]) =>
    fileFacts(file)
      .filter(({ differs }) => differs)
      .map(({ name }) => name);
  assert.deepEqual(differing({ path: 'a', change: 'changed', from: side, to: { ...side, mode: '0755', gid: 1 } }), ['mode', 'owner']);
  assert.deepEqual(differing({ path: 'a', change: 'changed', from: side, to: { ...side, sha256: 'b' } }), ['content']);
  assert.deepEqual(differing({ path: 'a', change: 'added', to: side }), []);
  assert.deepEqual([sizeOf(side), sizeOf({ ...side, kind: 'directory', sizeBytes: 0 }), sizeOf(undefined)], [1, undefined, undefined]);
});
