import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { requireDigest, requireRepositoryName } from '@longshore/oci';
import { createRegistryClient } from '@longshore/oci/client';
import { archiveOf } from '../../../../oci/src/layers/testing/archive.ts';
import { entryBytes, layerIndex } from './layer-content.ts';

const reading = { signal: new AbortController().signal, onRead: () => undefined };
const archive = (body: string) => archiveOf([{ name: 'etc/file', body }]);

/** A layer that should have the first of these bytes; every time that it is asked for, the next come. */
function layerOf(...answers: readonly Buffer[]) {
  const [content = Buffer.alloc(0)] = answers;
  const left = [...answers];
  const fetch = async () => new Response(Uint8Array.from(left.shift() ?? assert.fail('asked again')));
  const place = { client: createRegistryClient({ baseUrl: 'https://r.example', fetch }), name: requireRepositoryName('team/app') };
  const digest = requireDigest(`sha256:${createHash('sha256').update(content).digest('hex')}`);
  return { place, layer: { mediaType: 'application/octet-stream', digest, size: content.length } };
}

describe('a layer of a registry that is not trusted', () => {
  it('is known when all of it has its digest, with what stands behind the archive', async () => {
    const content = gzipSync(Buffer.concat([archive('right'), Buffer.alloc(300_000, 7)]));
    const { place, layer } = layerOf(content);
    const index = await layerIndex(place, layer, reading);
    assert.equal((await index.find('etc/file'))?.sizeBytes, 5);
    assert.deepEqual(await index.impliedDirectories(), ['etc']);
    const behind = Buffer.from(content);
    behind.fill(1, behind.length - 9);
    const other = layerOf(content, behind);
    await other.place.client.getBlob(other.place.name, other.layer.digest);
    await assert.rejects(layerIndex(other.place, other.layer, reading), /does not have the digest/);
  });

  it('is refused with the reason when it is no archive', async () => {
    const { place, layer } = layerOf(Buffer.alloc(2048, 1));
    const refused = { status: 409, message: /^This layer cannot be looked into: a header of it is damaged, or it is no tar archive\.$/ };
    await assert.rejects(layerIndex(place, layer, reading), refused);
  });

  it('gives a file only as it was when the layer was known', async () => {
    const right = archive('right');
    const { place, layer } = layerOf(right, right, archive('wrong'), archiveOf([{ name: 'b' }, { name: 'c' }]));
    const entry = (await (await layerIndex(place, layer, reading)).find('etc/file')) ?? assert.fail('no file');
    const read = async () => {
      let text = '';
      for await (const piece of entryBytes(place, layer, entry, reading)) text += Buffer.from(piece).toString();
      return text;
    };
    assert.equal(await read(), 'right');
    await assert.rejects(read(), /was another one when it was read again/);
    await assert.rejects(read(), /another one/);
  });
});
