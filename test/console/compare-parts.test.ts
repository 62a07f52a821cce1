import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageText, parseImageText } from '../../packages/console/src/api/image-name.ts';
import { compareSearch, searchOf, sidesIn } from '../../packages/console/src/areas/compare/compare-search.ts';
import { fileFacts } from '../../packages/console/src/areas/compare/file-facts.ts';
import { hunksOf } from '../../packages/console/src/areas/compare/patch-lines.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test('images in an address are read as they are written, and nothing else is', () => {
  for (const name of [
    { repository: 'team/app' },
    { repository: 'team/app', reference: '1.10' },
    { repository: 'team/app', reference: digest },
  ]) {
    assert.deepEqual(parseImageText(imageText(name)), name);
  }
  for (const text of ['', ':1', 'Team/app', 'team/app:', 'team/app@', 'team/app:a b', 'host:5000/team/app']) {
    assert.equal(parseImageText(text), undefined, text);
  }
});

test('an address holds both sides with their platforms, and what of the result is shown', () => {
  const sides = { from: { repository: 'team/app', reference: '1', platform: 'linux/arm64' }, to: { repository: 'team/other' } };
  assert.deepEqual(sidesIn(compareSearch({ ...searchOf(sides) })), sides);
  const shown = { tab: 'files', change: 'added', prefix: '7', file: 'a' };
  assert.deepEqual(compareSearch({ ...shown, prefix: 7, other: 'x' }), shown);
  assert.deepEqual(compareSearch({ tab: 'none', change: 'none', from: {}, prefix: '' }), {});
});

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
});
