import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { Bucket, MultipartKey, UploadedPart } from './bucket.ts';
import type { Multipart } from './upload-note.ts';

const mebibyte = 1024 * 1024;
/** A request that copies more than this may take longer than the service or the client has patience for. */
const mostPieceBytes = 256 * mebibyte;
const concurrentPieces = 4;

/** The bytes of a blob: those in the first parts of a multipart upload, and a tail. */
export interface BlobParts {
  readonly multipart: Multipart;
  readonly etags: readonly string[];
  /** Bytes in these parts. */
  readonly bytes: number;
  readonly tail: Uint8Array;
}

/**
 * Makes a blob at `location` out of a multipart upload that is not in our hands alone, or that has more parts than
 * belong to the blob (some services complete only all parts or none): it is completed with everything in it, the
 * bytes that belong to the blob are copied inside the service, and it is deleted. A part that was replaced by
 * somebody else is a `StorageError`.
 */
export async function rebuildBlob(bucket: Bucket, location: BlobLocation, blob: BlobParts): Promise<BlobLocation> {
  const { multipart, etags, bytes, tail } = blob;
  const present = (await bucket.listParts(multipart)) ?? [];
  if (etags.some((etag, index) => present[index]?.number !== index + 1 || present[index]?.etag !== etag)) {
    throw new StorageError('failed', 'The parts of an upload are gone or were written by somebody else.');
  }
  await bucket.completeMultipart(multipart, present);
  const target = await bucket.createMultipart(location);
  try {
    const copied = await copyPieces(bucket, target, multipart.key, bytes);
    if (tail.length > 0) copied.push(await bucket.uploadPart(target, copied.length + 1, tail));
    await bucket.completeMultipart(target, numbered(copied));
  } catch (error) {
    await bucket.abortMultipart(target);
    throw error;
  }
  await bucket.delete(multipart.key);
  return location;
}

/** Consecutive parts from number 1 on. */
export function numbered(etags: readonly string[]): UploadedPart[] {
  return etags.map((etag, index) => ({ number: index + 1, etag }));
}

/** Copies the first bytes of an object in pieces of equal size, so that none is shorter than a part may be. */
async function copyPieces(bucket: Bucket, target: MultipartKey, source: string, bytes: number): Promise<string[]> {
  const count = Math.ceil(bytes / mostPieceBytes);
  const piece = Math.ceil(bytes / count);
  const etags = new Array<string>(count).fill('');
  let next = 0;
  const copyRest = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      const start = index * piece;
      etags[index] = await bucket.copyPart(target, index + 1, source, start, Math.min(bytes, start + piece) - 1);
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(count, concurrentPieces) }, copyRest));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return etags;
}
