import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { mediaTypes, requireDigest, requireRepositoryName } from '@longshore/oci';
import { createRegistryClient } from '@longshore/oci/client';
import { readImageContent } from './image-content.ts';

test('an index of indexes has an end', async () => {
  const texts = new Map<string, string>();
  const add = (manifests: readonly object[]) => {
    const text = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
    const digest = requireDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
    texts.set(digest, text);
    return { mediaType: mediaTypes.ociIndex, digest, size: text.length };
  };
  let top = add([]);
  for (let depth = 0; depth < 10_000; depth += 1) top = add([top]);
  let asked = 0;
  const fetch = async (url: string) => {
    asked += 1;
    return new Response(texts.get(url.slice(url.lastIndexOf('/') + 1)) ?? null, { headers: { 'content-type': mediaTypes.ociIndex } });
  };
  const place = { client: createRegistryClient({ baseUrl: 'https://r.example', fetch }), name: requireRepositoryName('team/app') };
  const read = await place.client.getManifest(place.name, top.digest);
  await assert.rejects(readImageContent(place, read, {}), /more than 10000 manifests/);
  assert.equal(asked, 10_001);
});
