import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { homePath, returnPathOf } from './return-path.ts';

test('paths of ours are gone back to', () => {
  const ours = ['/', '/?a=1', '/auth/device', '/auth/device?user_code=BCDF-GHJK', '/projects/a.b~c/', '/search?query=a%20b+c'];
  const repository = '/repositories/team%2Fapp';
  for (const path of [...ours, repository, `${repository}/images/sha256:${'a'.repeat(64)}`, `${repository}/images/v1.0%2Bx`])
    assert.equal(returnPathOf(path), path);
});

test('GO-2024-2915: nothing leads to another host, by a backslash or otherwise', () => {
  const hostile = [
    undefined,
    null,
    '',
    'evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/%09/evil.example',
    '/%5cevil.example',
    '/%2fevil.example',
    '/%2e%2e/evil',
    '/:80/evil',
    '/a/%2e./evil',
    'https://evil.example/',
    'javascript:alert(1)',
    '/a//evil.example',
    '/./evil',
    '/../evil',
    '/a/..//evil.example',
    '/@evil.example',
    '/a#b',
    '/a?next=https://evil.example',
    `/${'a'.repeat(1100)}`,
    '/a\r\nSet-Cookie: x=y',
  ];
  for (const path of hostile) assert.equal(returnPathOf(path), homePath, String(path));
});

test('whatever comes out stays on this host, as a browser reads it', () => {
  const piece = fc.constantFrom('/', '\\', '.', '..', '@', ':', 'evil.example', '%2f', '\t', '?', '#', 'a', ' ');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const path = returnPathOf(pieces.join(''));
      const base = 'https://registry.example';
      assert.equal(new URL(path, base).origin, base);
      assert.equal(new URL(path, base).href, base + path);
    }),
  );
});
