import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { requireDigest, requireRepositoryName } from '@longshore/oci';
import { createRegistryClient } from '@longshore/oci/client';
import { blobPieces } from './blob-pieces.ts';

const content = 'the bytes of a blob';
const digest = requireDigest(`sha256:${createHash('sha256').update(content).digest('hex')}`);
const blob = { mediaType: 'application/octet-stream', digest, size: content.length };

/** A body that breaks behind these bytes. */
function breaking(bytes: string): ReadableStream<Uint8Array> {
  return ReadableStream.from(
    (async function* () {
      yield Buffer.from(bytes);
      throw new TypeError('terminated');
    })(),
  );
}

/** What comes of a registry that gives these answers one after the other, and what ranges it was asked for. */
async function read(...answers: readonly Response[]) {
  const left = [...answers];
  const ranges: (string | undefined)[] = [];
  const fetch = async (_url: string, { headers }: { readonly headers: Record<string, string> }) => {
    ranges.push(headers['range']);
    return left.shift() ?? assert.fail('asked again');
  };
  const client = createRegistryClient({ baseUrl: 'https://r.example', fetch });
  const pieces: Uint8Array[] = [];
  const reading = blobPieces({ client, name: requireRepositoryName('team/app') }, blob, new AbortController().signal);
  for await (const piece of reading) pieces.push(piece);
  return { text: Buffer.concat(pieces).toString(), ranges };
}

describe('the bytes of a blob that is copied', () => {
  it('go on where the connection broke, also where a registry can only begin anew', async () => {
    const rest = new Response(content.slice(4), { status: 206, headers: { 'content-range': `bytes 4-18/${content.length}` } });
    assert.deepEqual(await read(new Response(breaking('the ')), rest), { text: content, ranges: [undefined, 'bytes=4-'] });
    const anew = await read(new Response(breaking('the ')), new Response(content));
    assert.deepEqual(anew, { text: content, ranges: [undefined, 'bytes=4-'] });
    assert.equal((await read(new Response('the bytes'), new Response(content))).text, content, 'a body that ends early is broken');
  });

  it('are checked: other bytes, or more of them, are refused, and so is a way that breaks again and again', async () => {
    await assert.rejects(read(new Response(content.replace('b', 'B'))), /does not have the digest/);
    await assert.rejects(read(new Response(`${content}!`)), /does not have the digest/);
    const answers = Array.from({ length: 11 }, () => new Response(breaking('')));
    await assert.rejects(read(...answers), /terminated/);
  });
});
