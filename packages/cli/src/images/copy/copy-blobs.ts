import type { Descriptor } from '@longshore/oci';
import { RegistryClientError } from '@longshore/oci/client';
import { blobPieces } from './blob-pieces.ts';
import type { Place } from './place.ts';

/** At once; each holds a chunk in memory. */
const lanes = 3;
const chunkBytes = 5 * 1024 * 1024;
/** An upload of which a break left more, or less, than the registry had confirmed begins anew. */
const mostUploads = 3;

/** What is copied, and who hears of it. */
export interface BlobCopy {
  readonly from: Place;
  readonly to: Place;
  /** Both are of one registry, which may give what it has under another name. */
  readonly isOneRegistry: boolean;
  readonly signal: AbortSignal;
  /** Bytes of which the target now has one more piece; less than 0 when an upload begins anew. */
  readonly moved: (bytes: number) => void;
}

/** Bytes that were there already, that the registry took from its other repository, and that were sent. */
export interface CopiedBytes {
  presentBytes: number;
  mountedBytes: number;
  sentBytes: number;
}

/** Copies blobs, several at once. When one fails the others are broken off, and it throws after they have cleaned up behind themselves. */
export async function copyBlobs(blobs: readonly Descriptor[], copy: BlobCopy): Promise<CopiedBytes> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, copy.signal]);
  const copied: CopiedBytes = { presentBytes: 0, mountedBytes: 0, sentBytes: 0 };
  const waiting = blobs.values();
  const lane = async (): Promise<void> => {
    // Every lane takes from the same iterator.
    for (const blob of waiting) copied[await copyBlob(blob, { ...copy, signal })] += blob.size;
  };
  const failures: unknown[] = [];
  const run = () =>
    lane().catch((error: unknown) => {
      failures.push(error);
      stop.abort();
    });
  await Promise.all(Array.from({ length: lanes }, run));
  if (failures.length > 0) throw failures[0];
  return copied;
}

async function copyBlob(blob: Descriptor, copy: BlobCopy): Promise<keyof CopiedBytes> {
  const { from, to, isOneRegistry, signal, moved } = copy;
  const { digest, size } = blob;
  signal.throwIfAborted();
  if ((await to.client.headBlob(to.name, digest, { signal })) !== undefined) {
    moved(size);
    return 'presentBytes';
  }
  if (isOneRegistry && (await to.client.mountBlob(to.name, digest, from.name, { signal }))) {
    moved(size);
    return 'mountedBytes';
  }
  for (let uploads = 1; ; uploads += 1) {
    try {
      await upload(blob, copy);
      return 'sentBytes';
    } catch (error) {
      if (signal.aborted || uploads === mostUploads || !isLostUpload(error)) throw error;
    }
  }
}

async function upload(blob: Descriptor, { from, to, signal, moved }: BlobCopy): Promise<void> {
  let sent = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void> {
    for await (const piece of blobPieces(from, blob, signal)) {
      yield piece;
      sent += piece.length;
      moved(piece.length);
    }
  }
  const { digest, size } = blob;
  try {
    const content = size > chunkBytes ? ReadableStream.from(counted()) : await whole(counted(), size);
    await to.client.uploadBlob(to.name, {
      digest,
      sizeBytes: size,
      content,
      signal,
      ...(size > chunkBytes && { chunkSizeBytes: chunkBytes }),
    });
  } catch (error) {
    moved(-sent);
    throw error;
  }
}

async function whole(pieces: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Whether the registry knows nothing of the upload any more, or the connection broke so that nobody knows how far it is. */
function isLostUpload(error: unknown): boolean {
  if (!(error instanceof RegistryClientError)) return error instanceof TypeError;
  return error.status === 416 || error.codes.some((code) => code.startsWith('BLOB_UPLOAD_'));
}
