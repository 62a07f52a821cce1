import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { etagMatches, formatEntityTag, ifRangeMatches, parseEntityTags } from './etag.ts';
import { anyDigestText } from './testing/arbitraries.ts';
import { isLinear } from './testing/linear-time.ts';

test('tags survive the way to text and back', () => {
  const tag = fc.record({ weak: fc.boolean(), value: fc.oneof(anyDigestText, fc.string({ unit: fc.constantFrom(...'a,;/W*') })) });
  fc.assert(
    fc.property(fc.array(tag, { minLength: 1, maxLength: 8 }), fc.constantFrom(',', ', ', ' , ', ',,'), (tags, separator) => {
      const header = tags.map(({ weak, value }) => `${weak ? 'W/' : ''}${formatEntityTag(value)}`).join(separator);
      assert.deepEqual(
        parseEntityTags(header),
        tags.map((each) => ({ ...each })),
      );
      assert.ok(tags.every(({ value }) => etagMatches(header, formatEntityTag(value))));
    }),
  );
});

const cases: readonly (readonly [header: string | undefined, weak: boolean, strong: boolean, ifRange: boolean])[] = [
  [undefined, false, false, true],
  ['"a"', true, true, true],
  ['W/"a"', true, false, false],
  ['a', true, true, true],
  ['*', true, true, false],
  ['"b"', false, false, false],
  ['"b", "a"', true, true, false],
  ['"b", W/"a"', true, false, false],
  ['"A"', false, false, false],
  ['', false, false, false],
  [',', false, false, false],
  ['"a', false, false, false],
  ['"a" "b"', false, false, false],
  ['w/"a"', false, false, false],
  ['Sat, 29 Oct 1994 19:43:31 GMT', false, false, false],
];
for (const [header, weak, strong, ifRange] of cases) {
  test(`"a" against ${header ?? 'no header'}`, () => {
    assert.equal(etagMatches(header, '"a"'), weak);
    assert.equal(etagMatches(header, '"a"', 'strong'), strong);
    assert.equal(ifRangeMatches(header, '"a"'), ifRange);
  });
}

test('a weak tag of the content never matches strongly', () => {
  assert.equal(etagMatches('"a"', 'W/"a"', 'strong'), false);
  assert.equal(etagMatches('"a"', 'W/"a"'), true);
});

test('arbitrary text never throws, and a megabyte takes linear time', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'aW/"*, \0é') }),
      (text) => void [etagMatches(text, '"a"'), ifRangeMatches(text, '"a"')],
    ),
  );
  for (const piece of ['a', '"', ',', ' ', '"a",', 'W/', 'a,', '\t'])
    assert.ok(
      isLinear((text) => void parseEntityTags(text), piece),
      piece,
    );
});
