import { createHash, randomBytes } from 'node:crypto';
import { type Digest, digestAlgorithm, digestFromBytes } from '@longshore/oci';
import { readWhole } from './blobs.ts';
import { reach } from './failpoints.ts';
import { type BlobLocation, type BlobStore, StorageError } from './ports/blob-store.ts';

/** A blob's bytes where they are. */
export interface CopySource {
  readonly store: BlobStore;
  readonly location: BlobLocation;
  readonly digest: Digest;
}

/**
 * Copies a blob to another store and answers its location there, durable but not placed yet; undefined when the source does not have
 * it. Throws a `StorageError` when its bytes are not those of its digest, or when a store fails. What it leaves behind then or in
 * a crash is an orphan.
 */
export async function copyBlob({ store, location, digest }: CopySource, target: BlobStore): Promise<BlobLocation | undefined> {
  const key = { id: randomBytes(18).toString('base64url'), epoch: 1 };
  const writer = await target.createUpload(key);
  try {
    const hash = createHash(digestAlgorithm(digest));
    const found = await readWhole(store, location, (piece) => {
      hash.update(piece);
      return writer.write([piece]);
    });
    if (found && digestFromBytes(hash.digest()) === digest) {
      const copied = await writer.commit(digest);
      reach('copy.stored');
      return copied;
    }
    await writer.close();
    await target.discardUpload({ ...key, offset: 0, state: undefined });
    if (!found) return undefined;
  } finally {
    await writer.close();
  }
  throw new StorageError('failed', `The stored bytes of ${digest} are not those of its digest (${location}): push it again.`);
}
