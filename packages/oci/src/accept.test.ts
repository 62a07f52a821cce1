import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { accepts, acceptWeight, parseAccept } from './accept.ts';
import { mediaTypes } from './media-types.ts';
import { isLinear } from './testing/linear-time.ts';

test('types with weights survive the way to text and back', () => {
  const entry = fc.record({
    type: fc.constantFrom('*/*', 'a/*', 'a/b', ...Object.values(mediaTypes)),
    thousandths: fc.integer({ min: 0, max: 1000 }),
  });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const texts = entries.map(({ type, thousandths }) => `${type.toUpperCase()} ; p="x,;y" ;q=${thousandths / 1000}`);
      const expected = entries.map(({ type, thousandths }) => ({ type, q: thousandths / 1000 }));
      assert.deepEqual(parseAccept(texts), expected);
      assert.deepEqual(parseAccept(texts.join(' , ')), expected);
    }),
  );
});

test('malformed ranges are skipped', () => {
  assert.deepEqual(parseAccept('a, /b, a/, */b, a/b/c, a b/c, a/b;q=2, a/b;q=-1, a/b;q=x, a/b;q=0.1234, c/d'), [{ type: 'c/d', q: 1 }]);
  assert.deepEqual(parseAccept(undefined), []);
  assert.deepEqual(parseAccept(''), []);
});

const cases: readonly (readonly [string | undefined, string, boolean])[] = [
  [undefined, 'a/b', true],
  ['', 'a/b', true],
  ['*/*', 'a/b', true],
  ['a/*', 'a/b', true],
  ['a/*', 'b/b', false],
  ['a/b', 'A/B', true],
  ['a/c', 'a/b', false],
  ['a/b;q=0, */*', 'a/b', false],
  ['a/*;q=0, */*', 'a/b', false],
  ['a/*;q=0, a/b;q=0.1', 'a/b', true],
  ['*/*;q=0', 'a/b', false],
];
for (const [header, type, expected] of cases)
  test(`${header ?? 'no header'} and ${type}`, () => assert.equal(accepts(parseAccept(header), type), expected));

test('the most specific range decides the weight', () => {
  const list = parseAccept('a/b;q=0.2, a/*;q=0.9, */*;q=0.5');
  assert.deepEqual(
    ['a/b', 'a/c', 'c/d'].map((type) => acceptWeight(list, type)),
    [0.2, 0.9, 0.5],
  );
});

test('arbitrary text never throws, and a megabyte takes linear time', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'a/*,;q=01."\\ \0é') }), (text) => void accepts(parseAccept(text), text)));
  for (const piece of ['a', 'a/', ',', ';', '"', 'a/b,', ' ', 'q=', '\\'])
    assert.ok(
      isLinear((text) => void parseAccept(text), piece),
      piece,
    );
});
