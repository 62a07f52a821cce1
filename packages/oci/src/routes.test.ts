import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRoute } from './routes.ts';
import { anyDigestText, anyRepositoryName, anyTag, anyText } from './testing/arbitraries.ts';
import { isLinear } from './testing/linear-time.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const nameInvalid = (name: string) => ({ kind: 'invalid', code: 'NAME_INVALID', name });

const cases: readonly (readonly [path: string, route: object | undefined])[] = [
  ['/v2', { kind: 'base' }],
  ['/v2/', { kind: 'base' }],
  ['/v2/_catalog', { kind: 'catalog' }],
  ['/v2/_oci/ext/discover', { kind: 'extensions' }],
  ['/v2/a/b/_oci/ext/discover', { kind: 'repository-extensions', name: 'a/b' }],
  ['/v2/a/tags/list', { kind: 'tags', name: 'a' }],
  ['/v2/a/manifests/latest', { kind: 'manifest', name: 'a', reference: 'latest' }],
  [`/v2/a/b/c/manifests/${digest}`, { kind: 'manifest', name: 'a/b/c', reference: digest }],
  [`/v2/a/manifests/${encodeURIComponent(digest)}`, { kind: 'manifest', name: 'a', reference: digest }],
  [`/v2/a/blobs/${digest}`, { kind: 'blob', name: 'a', digest }],
  ['/v2/a/blobs/nonsense', { kind: 'blob', name: 'a', digest: 'nonsense' }],
  ['/v2/a/blobs/uploads', { kind: 'uploads', name: 'a' }],
  ['/v2/a/blobs/uploads/', { kind: 'uploads', name: 'a' }],
  ['/v2/a/blobs/uploads/1234', { kind: 'upload', name: 'a', id: '1234' }],
  [`/v2/a/referrers/${digest}`, { kind: 'referrers', name: 'a', digest }],

  // Names made of the words of the API.
  ['/v2/blobs/uploads/manifests/latest', { kind: 'manifest', name: 'blobs/uploads', reference: 'latest' }],
  ['/v2/manifests/manifests/manifests', { kind: 'manifest', name: 'manifests', reference: 'manifests' }],
  ['/v2/tags/tags/list', { kind: 'tags', name: 'tags' }],
  ['/v2/tags/list/tags/list', { kind: 'tags', name: 'tags/list' }],
  ['/v2/a/manifests/tags/list', { kind: 'tags', name: 'a/manifests' }],
  ['/v2/a/tags/manifests/list', { kind: 'manifest', name: 'a/tags', reference: 'list' }],
  ['/v2/a/blobs/uploads/tags/list', { kind: 'tags', name: 'a/blobs/uploads' }],
  ['/v2/a/blobs/uploads/blobs/uploads/', { kind: 'uploads', name: 'a/blobs/uploads' }],
  ['/v2/a/blobs/uploads/blobs/uploads/1', { kind: 'upload', name: 'a/blobs/uploads', id: '1' }],
  [`/v2/uploads/blobs/${digest}`, { kind: 'blob', name: 'uploads', digest }],
  [`/v2/blobs/uploads/blobs/${digest}`, { kind: 'blob', name: 'blobs/uploads', digest }],
  ['/v2/uploads/blobs/uploads/', { kind: 'uploads', name: 'uploads' }],
  [`/v2/referrers/referrers/${digest}`, { kind: 'referrers', name: 'referrers', digest }],
  ['/v2/list/manifests/uploads', { kind: 'manifest', name: 'list', reference: 'uploads' }],
  ['/v2/_oci/ext/discover/tags/list', nameInvalid('_oci/ext/discover')],

  // Names that are wrong or missing.
  ['/v2/tags/list', nameInvalid('')],
  ['/v2/manifests/latest', nameInvalid('')],
  ['/v2/blobs/uploads/', nameInvalid('')],
  ['/v2/UPPER/manifests/latest', nameInvalid('UPPER')],
  ['/v2//a/manifests/latest', nameInvalid('/a')],
  ['/v2/a//manifests/latest', nameInvalid('a/')],
  ['/v2/a%20b/tags/list', nameInvalid('a b')],
  [`/v2/${'a'.repeat(256)}/tags/list`, nameInvalid('a'.repeat(256))],

  // Paths that must not be interpreted.
  ['/v2/a/../b/manifests/latest', nameInvalid('a/../b/manifests/latest')],
  ['/v2/a/%2e%2e/b/manifests/latest', nameInvalid('a/%2e%2e/b/manifests/latest')],
  ['/v2/a%2fb/manifests/latest', nameInvalid('a%2fb/manifests/latest')],
  ['/v2/a/manifests/x%5c..%5cy', nameInvalid('a/manifests/x%5c..%5cy')],
  ['/v2/a/manifests/%00', nameInvalid('a/manifests/%00')],
  ['/v2/a/manifests/%', nameInvalid('a/manifests/%')],
  ['/v2/a/manifests/%c3%28', nameInvalid('a/manifests/%c3%28')],
  ['/v2/a/manifests/%252e', { kind: 'manifest', name: 'a', reference: '%2e' }],

  // Not the API's.
  ['/', undefined],
  ['', undefined],
  ['/v1/', undefined],
  ['/v22', undefined],
  ['/v2x/a/tags/list', undefined],
  ['/v2/a', undefined],
  ['/v2/_catalog/', undefined],
  ['/v2/a/tags', undefined],
  ['/v2/a/tags/list/', undefined],
  ['/v2/a/manifests/', undefined],
  ['/v2/a/manifests/b/c', undefined],
  ['/v2/a/blobs/uploads/1/2', undefined],
];
for (const [path, expected] of cases) {
  test(`${JSON.stringify(path.slice(0, 60))}`, () => assert.deepEqual(parseRoute(path), expected));
}

test('any name is found again in any endpoint, API words among its components or not', () => {
  fc.assert(
    fc.property(anyRepositoryName, anyTag, anyDigestText, (name, tag, digestText) => {
      fc.pre(tag !== '.' && tag !== '..');
      assert.deepEqual(parseRoute(`/v2/${name}/tags/list`), { kind: 'tags', name });
      assert.deepEqual(parseRoute(`/v2/${name}/manifests/${tag}`), { kind: 'manifest', name, reference: tag });
      assert.deepEqual(parseRoute(`/v2/${name}/blobs/${digestText}`), { kind: 'blob', name, digest: digestText });
      assert.deepEqual(parseRoute(`/v2/${name}/referrers/${digestText}`), { kind: 'referrers', name, digest: digestText });
      assert.deepEqual(parseRoute(`/v2/${name}/blobs/uploads/`), { kind: 'uploads', name });
      assert.deepEqual(parseRoute(`/v2/${name}/blobs/uploads`), { kind: 'uploads', name });
      assert.deepEqual(parseRoute(`/v2/${name}/blobs/uploads/${'0'.repeat(8)}-id`), { kind: 'upload', name, id: '00000000-id' });
      assert.deepEqual(parseRoute(`/v2/${name}/_oci/ext/discover`), { kind: 'repository-extensions', name });
    }),
  );
});

test("the limit on names is the caller's", () => {
  assert.deepEqual(parseRoute('/v2/abcd/tags/list', 3), nameInvalid('abcd'));
  assert.deepEqual(parseRoute('/v2/abc/tags/list', 3), { kind: 'tags', name: 'abc' });
});

test('arbitrary paths never throw, and a megabyte takes linear time', () => {
  fc.assert(fc.property(anyText, (text) => void [parseRoute(text), parseRoute(`/v2/${text}`)]));
  for (const piece of ['/', 'a/', '%', '%41', 'blobs/uploads/', '-'])
    assert.ok(
      isLinear((text) => void parseRoute(`/v2/${text}`), piece),
      piece,
    );
});
