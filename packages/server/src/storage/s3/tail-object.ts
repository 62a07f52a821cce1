import { StorageError } from '../../registry/ports/blob-store.ts';
import type { Bucket } from './bucket.ts';
import { asStorageError } from './s3-errors.ts';
import { type Tail, tailBytes } from './upload-note.ts';

/** The bytes of a tail; a `StorageError` when its object is gone or short. */
export async function readTail(bucket: Bucket, tail: Tail | undefined): Promise<Uint8Array> {
  if (tail === undefined) return new Uint8Array(0);
  if ('inline' in tail) return Buffer.from(tail.inline, 'base64');
  const range = await bucket.get(tail.key, 0, tail.bytes - 1);
  const pieces: Buffer[] = [];
  if (range !== undefined && range !== 'empty') {
    try {
      for await (const piece of range.body) pieces.push(piece as Buffer);
    } catch (error) {
      throw asStorageError('Cannot read what an upload left', error);
    }
  }
  const bytes = Buffer.concat(pieces);
  if (bytes.length !== tailBytes(tail)) {
    throw new StorageError('failed', `An upload has ${bytes.length} bytes where ${tail.bytes} were checkpointed behind its last part.`);
  }
  return bytes;
}
