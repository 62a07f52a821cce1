import { createHash } from 'node:crypto';
import { type Descriptor, digestAlgorithm, digestHex } from '@longshore/oci';
import { RegistryClientError } from '@longshore/oci/client';
import type { Place } from './place.ts';

/** How often the way to the bytes of one blob may break. */
const mostBreaks = 10;

/** The bytes of a blob, checked against its digest; where the connection breaks, they go on from there. */
export async function* blobPieces(
  { client, name }: Place,
  { digest, size }: Descriptor,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash(digestAlgorithm(digest));
  let at = 0;
  for (let breaks = 0; at < size; ) {
    try {
      const { body, partial } = await client.getBlob(name, digest, { signal, ...(at > 0 && { range: { start: at } }) });
      // A registry without ranges begins anew.
      let known = partial ? 0 : at;
      for await (const piece of body) {
        const rest = piece.subarray(Math.min(known, piece.length));
        known -= piece.length - rest.length;
        if (rest.length === 0) continue;
        at += rest.length;
        if (at > size) throw wrongContent(digest);
        hash.update(rest);
        yield rest;
      }
      if (at < size) throw new TypeError(`the bytes of ${digest} end early`);
    } catch (error) {
      breaks += 1;
      if (signal.aborted || error instanceof RegistryClientError || breaks > mostBreaks) throw error;
    }
  }
  if (hash.digest('hex') !== digestHex(digest)) throw wrongContent(digest);
}

function wrongContent(digest: Descriptor['digest']): RegistryClientError {
  return new RegistryClientError(`what was received does not have the digest ${digest}`, { status: 0 });
}
