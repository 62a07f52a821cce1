import { createHash } from 'node:crypto';
import type { Descriptor } from '@longshore/oci';
import { RegistryClientError } from '@longshore/oci/client';
import {
  ArchiveFault,
  IndexBuilder,
  type LayerEntry,
  type LayerIndex,
  MemoryIndex,
  TarReader,
  unpack,
  WantedEntry,
} from '@longshore/oci/layers';
import { blobPieces } from '../copy/blob-pieces.ts';
import type { Place } from '../copy/place.ts';

/** What reading layers may be told. */
export interface LayerReading {
  readonly signal: AbortSignal;
  /** Told of bytes of a stored layer as they come. */
  onRead(bytes: number): void;
}

/**
 * What is in a layer, which is read whole and kept nowhere. Resolves when all of its bytes have come and have its digest: until then nothing
 * of it is known. Rejects with what says why it cannot be looked into.
 */
export async function layerIndex(place: Place, layer: Descriptor, reading: LayerReading): Promise<LayerIndex> {
  const builder = new IndexBuilder();
  const archive = new TarReader(builder);
  const pieces = layerBytes(place, layer, reading);
  try {
    for await (const piece of unpack(keptOpen(pieces))) {
      archive.write(piece);
      if (archive.hasEnded) break;
    }
    archive.close();
  } catch (error) {
    throw refusalOf(error);
  }
  // What comes after the archive says nothing, but belongs to the digest.
  for (let rest = await pieces.next(); rest.done !== true; ) rest = await pieces.next();
  return new MemoryIndex(builder, archive.position);
}

/**
 * The bytes of an entry of an index of this layer. The layer is asked for again, as far as that file: its bytes are the right ones when this
 * ends, and otherwise it throws.
 */
export async function* entryBytes(
  place: Place,
  layer: Descriptor,
  { offset, sha256 }: LayerEntry,
  reading: LayerReading,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const sink = new WantedEntry(offset ?? -1);
  const archive = new TarReader(sink);
  const hash = createHash('sha256');
  try {
    for await (const piece of unpack(layerBytes(place, layer, reading))) {
      archive.write(piece);
      for (const part of sink.take()) {
        hash.update(part);
        // Of a copy: the piece lies in memory that is used again.
        yield Uint8Array.from(part);
      }
      if (sink.isWhole) break;
    }
  } catch (error) {
    throw refusalOf(error);
  }
  if (!sink.isWhole || hash.digest('hex') !== sha256)
    throw new RegistryClientError(`the layer ${layer.digest} was another one when it was read again`, { status: 0 });
}

async function* layerBytes(place: Place, layer: Descriptor, reading: LayerReading): AsyncGenerator<Buffer, void> {
  for await (const { buffer, byteOffset, byteLength } of blobPieces(place, layer, reading.signal)) {
    reading.onRead(byteLength);
    yield Buffer.from(buffer, byteOffset, byteLength);
  }
}

/** The same pieces, of which more can be taken after somebody has stopped. */
function keptOpen(pieces: AsyncGenerator<Buffer, void>): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) };
}

/** What is wrong with an archive, as a Longshore says it; anything else as it is. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof ArchiveFault)) return error;
  return new RegistryClientError(`This layer cannot be looked into: ${error.message}.`, { status: 409 });
}
