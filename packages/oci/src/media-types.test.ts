import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acceptedManifestTypes,
  isIndexType,
  isManifestType,
  isMediaType,
  isNonDistributable,
  isSchema1,
  mediaTypeOf,
  mediaTypes,
} from './media-types.ts';

test('each type is of its kind and of no other', () => {
  const kinds = { isManifestType, isIndexType, isSchema1, isNonDistributable };
  const expected: Readonly<Record<string, readonly string[]>> = {
    isManifestType: [mediaTypes.ociManifest, mediaTypes.dockerManifest],
    isIndexType: [mediaTypes.ociIndex, mediaTypes.dockerManifestList],
    isSchema1: [mediaTypes.dockerSchema1, mediaTypes.dockerSchema1Signed],
    isNonDistributable: [
      mediaTypes.ociLayerNonDistributable,
      mediaTypes.ociLayerNonDistributableGzip,
      mediaTypes.ociLayerNonDistributableZstd,
      mediaTypes.dockerForeignLayer,
    ],
  };
  for (const [name, is] of Object.entries(kinds)) assert.deepEqual(Object.values(mediaTypes).filter(is), expected[name], name);
  assert.ok(acceptedManifestTypes.every((type) => isManifestType(type) || isIndexType(type)));
});

test('well-formed types, and what must not get into a header', () => {
  for (const type of [...Object.values(mediaTypes), 'a/b', 'application/vnd.x+json']) assert.ok(isMediaType(type), type);
  for (const type of ['', 'a', 'a/', '/b', 'a/b/c', 'a/b;c', 'a /b', 'a/b\n', 'a/b\r\nc: d', 'a/é', '*/*', `a/${'b'.repeat(128)}`])
    assert.ok(!isMediaType(type), type);
});

test('parameters are stripped', () => {
  assert.equal(mediaTypeOf(' a/b ; charset="utf-8"'), 'a/b');
  assert.equal(mediaTypeOf('a/b'), 'a/b');
  assert.equal(mediaTypeOf(undefined), '');
});
