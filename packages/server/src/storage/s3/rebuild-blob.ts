import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { Bucket, MultipartKey, UploadedPart } from './bucket.ts';
import type { Multipart } from './upload-note.ts';

const mebibyte = 1024 * 1024;
/** A request that copies more than this may take longer than the service or the client has patience for. */
const mostPieceBytes = 256 * mebibyte;
const concurrentPieces = 4;

/** The first parts of a multipart upload. */
export interface FirstParts {
  readonly multipart: Multipart;
  readonly etags: readonly string[];
  /** Bytes in these parts. */
  readonly bytes: number;
}

/** Parts that hold the same bytes as others. */
export type CopiedParts = Pick<FirstParts, 'multipart' | 'etags'>;

/** The bytes of a blob: those in the first parts of a multipart upload, and a tail. */
export interface BlobParts extends FirstParts {
  readonly tail: Uint8Array;
}

/**
 * Makes a blob at `location` out of a multipart upload that is not in our hands alone, or that has more parts than
 * belong to the blob (some services complete only all parts or none): it is completed with everything in it, be it by somebody
 * else, and the bytes that belong to the blob are copied inside the service. What was completed stays, since others may be copying
 * it too. A part that was replaced by somebody else is a `StorageError`.
 */
export async function rebuildBlob(bucket: Bucket, location: BlobLocation, { tail, ...first }: BlobParts): Promise<BlobLocation> {
  const present = await bucket.listParts(first.multipart);
  if (present !== undefined) {
    if (first.etags.some((etag, index) => present[index]?.number !== index + 1 || present[index]?.etag !== etag)) {
      throw new StorageError('failed', 'The parts of an upload were written by somebody else.');
    }
    await bucket.completeMultipart(first.multipart, present);
  }
  const { multipart: target, etags } = await copyCompleted(bucket, location, first);
  try {
    const all = tail.length === 0 ? etags : [...etags, await bucket.uploadPart(target, etags.length + 1, tail)];
    if (!(await bucket.completeMultipart(target, numbered(all)))) throw interrupted();
  } catch (error) {
    await bucket.abortMultipart(target);
    throw error;
  }
  return location;
}

/**
 * Copies the bytes of these parts out of the object that their multipart upload was completed to, into a new one for `location`. A
 * `StorageError` when there is no such object.
 */
export async function copyCompleted(bucket: Bucket, location: BlobLocation, { multipart, bytes }: FirstParts): Promise<CopiedParts> {
  const startedAt = Date.now();
  const target = await bucket.createMultipart(location);
  try {
    return { multipart: { ...target, startedAt }, etags: await copyPieces(bucket, target, multipart.key, bytes) };
  } catch (error) {
    await bucket.abortMultipart(target);
    throw error;
  }
}

/** Consecutive parts from number 1 on. */
export function numbered(etags: readonly string[]): UploadedPart[] {
  return etags.map((etag, index) => ({ number: index + 1, etag }));
}

/** Somebody else ended it, or a request of ours did whose answer was lost: the next epoch copies again. */
function interrupted(): StorageError {
  return new StorageError('failed', 'The copy of an upload was ended by somebody else.', { retryable: true });
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
