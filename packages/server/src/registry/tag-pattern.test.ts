import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesTag, parseTagPattern } from './tag-pattern.ts';

const matches = (pattern: string, tag: string): boolean => matchesTag(parseTagPattern(pattern) ?? assert.fail(pattern), tag);

test('stars and question marks stand for what they say', () => {
  const table: readonly [string, readonly string[], readonly string[]][] = [
    ['*', ['v1', 'latest'], []],
    ['v1', ['v1'], ['v', 'v10', 'V1']],
    ['v?', ['v1', 'vx'], ['v', 'v10']],
    ['v*', ['v', 'v1.2.3'], ['xv', 'latest']],
    ['*-rc?', ['1-rc1', '-rc0'], ['1-rc', '1-rc10']],
    ['v*.*.0', ['v1.2.0', 'v..0'], ['v1.0', 'v1.2.1']],
    ['a*a', ['aa', 'aba'], ['a']],
    ['*ab*ab*', ['abab', 'xabxabx'], ['ab', 'aab']],
  ];
  for (const [pattern, yes, no] of table) {
    for (const tag of yes) assert.equal(matches(pattern, tag), true, `${pattern} takes ${tag}`);
    for (const tag of no) assert.equal(matches(pattern, tag), false, `${pattern} leaves ${tag}`);
  }
});

test('what no tag can have is no pattern', () => {
  for (const text of ['', 'a/b', 'v[12]', 'semver:*', '^v', 'a b', 'x'.repeat(129)]) assert.equal(parseTagPattern(text), undefined, text);
});

test('a pattern says what the regular expression of the same meaning says', () => {
  const letters = (...from: string[]) =>
    fc.array(fc.constantFrom(...from), { minLength: 1, maxLength: 12 }).map((chosen) => chosen.join(''));
  fc.assert(
    fc.property(letters('a', 'b', '.', '*', '*', '?'), letters('a', 'b', '.'), (pattern, tag) => {
      const meaning = pattern.replaceAll('.', '\\.').replaceAll('?', '.').replaceAll(/\*+/g, '.*');
      assert.equal(matches(pattern, tag), new RegExp(`^${meaning}$`).test(tag));
    }),
    { numRuns: 3000 },
  );
});

test('the worst pattern costs no more than the product of the lengths', () => {
  let looks = 0;
  const counting: unknown = new Proxy(Object('a'.repeat(127)) as object, {
    get: (target, name) => {
      if (typeof name === 'string' && /^\d+$/.test(name)) looks += 1;
      return Reflect.get(target, name);
    },
  });
  const tag = counting as string;
  assert.equal(matchesTag(parseTagPattern(`${'*a'.repeat(63)}*b`) ?? assert.fail(), tag), false);
  assert.equal(matchesTag(parseTagPattern(`*${'a'.repeat(60)}b*a`) ?? assert.fail(), tag), false);
  assert.ok(looks <= 2 * 128 * 128, `${looks} looks`);
});
