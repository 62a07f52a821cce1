import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesGlob } from './glob.ts';

const cases: readonly (readonly [pattern: string, text: string, expected: boolean])[] = [
  ['team/app', 'team/app', true],
  ['team/app', 'team/app2', false],
  ['team/*', 'team/app', true],
  ['team/*', 'team/', true],
  ['team/*', 'team/a/b', false],
  ['team/**', 'team/a/b', true],
  ['team/**', 'team', false],
  ['**', '', true],
  ['*', 'a/b', false],
  ['v*.*', 'v1.2', true],
  ['v*.*', 'v12', false],
  ['***', 'a/b', true],
  ['a.c', 'abc', false],
  ['[ab]', 'a', false],
  ['*ü*', 'grün', true],
  ['', '', true],
  ['', 'a', false],
];
for (const [pattern, text, expected] of cases) {
  test(`'${pattern}' ${expected ? 'matches' : 'does not match'} '${text}'`, () => assert.equal(matchesGlob(pattern, text), expected));
}

test('any pattern means what the regular expression of the same meaning does', () => {
  const expression = (pattern: string) =>
    new RegExp(
      `^${pattern.replace(/\*+|[^*]/g, (part) => (part === '*' ? '[^/]*' : part.startsWith('*') ? '[^]*' : `\\u{${part.codePointAt(0)?.toString(16)}}`))}$`,
      'u',
    );
  const piece = (...pieces: string[]) => fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(piece('a', 'b', '/', '*', '**'), piece('a', 'b', '/'), (pattern, text) => {
      assert.equal(matchesGlob(pattern, text), expression(pattern).test(text));
    }),
    { numRuns: 2000 },
  );
});
