import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatLink, formatNextLink, nextLink, parseLink } from './link.ts';
import { anyText } from './testing/arbitraries.ts';
import { isLinear } from './testing/linear-time.ts';

test('the header of a next page', () => {
  assert.equal(formatNextLink('/v2/a/tags/list', { n: 10, last: 'v1' }), '</v2/a/tags/list?n=10&last=v1>; rel="next"');
  assert.equal(formatNextLink('/v2/_catalog', { n: undefined, last: 'a/b>c' }), '</v2/_catalog?last=a%2Fb%3Ec>; rel="next"');
  assert.equal(formatNextLink('/x?a=b', { n: 1 }), '</x?a=b&n=1>; rel="next"');
  assert.equal(formatNextLink('/x', {}), '</x>; rel="next"');
});

test('any query survives the way into a header and out of it', () => {
  const text = anyText.map((any) => any.toWellFormed());
  fc.assert(
    fc.property(
      fc.dictionary(
        text.filter((name) => name !== '__proto__'),
        text,
      ),
      (query) => {
        const target = nextLink(formatNextLink('/v2/a/tags/list', query));
        assert.deepEqual(Object.fromEntries(new URL(target ?? '', 'http://x').searchParams), { ...query });
      },
    ),
  );
});

test('any link is one line of visible ASCII, and reads back', () => {
  const value = fc.string({ unit: fc.constantFrom(...'a ",;\\<>=') });
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'/a,;=?&%"<> é') }), value, value, (url, rel, title) => {
      const header = [formatLink({ url, params: { rel, title } }), formatLink({ url: '/b', params: { rel: 'b' } })].join(', ');
      assert.deepEqual(parseLink(header), [
        { url: encodeTarget(url), params: { rel, title } },
        { url: '/b', params: { rel: 'b' } },
      ]);
    }),
  );
  fc.assert(fc.property(anyText, (url) => assert.match(formatLink({ url, params: { rel: url } }), /^[\t\x20-\x7e\x80-\xff]*$/)));
});

const encodeTarget = (url: string) => url.replace(/[<>"]|[^\x21-\x7e]+/g, encodeURIComponent);

const headers: readonly (readonly [string, string | undefined])[] = [
  ['</a>; rel="next"', '/a'],
  ['</a>;rel=next', '/a'],
  ['</a>; REL="NEXT"', '/a'],
  ['</a>; rel="prev next"', '/a'],
  ['</a>; rel="prev", </b>; rel="next"', '/b'],
  ['</a?x=1,2;3>; title="a, b"; rel="next"', '/a?x=1,2;3'],
  ['</a>; rel="prev"; rel="next"', undefined],
  ['</a>; rel="nextish"', undefined],
  ['</a>', undefined],
  ['</a; rel="next"', undefined],
  ['/a; rel="next"', undefined],
  ['', undefined],
];
for (const [header, expected] of headers) test(`next of ${header}`, () => assert.equal(nextLink(header), expected));

test('arbitrary text never throws, and a megabyte takes linear time', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'<>;,="\\ arel\0é') }), (text) => void parseLink(text)));
  assert.deepEqual(parseLink(undefined), []);
  for (const piece of ['<', '>', '"', ';', ',', '<a>;rel="next",', ' ', '\\'])
    assert.ok(
      isLinear((text) => void parseLink(text), piece),
      piece,
    );
});
