import type { ByteRange } from '@longshore/oci';
import type {
  BlobLocation,
  BlobReader,
  BlobStore,
  ResumedUpload,
  StoredObject,
  UploadKey,
  UploadPosition,
  UploadWriter,
} from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { requireUploadId } from '../upload-id.ts';
import { Bucket, type BucketOptions } from './bucket.ts';
import { blobsPrefix, newBlobKey, probeKey, requireLocation, tailsPrefix } from './object-keys.ts';
import { copyCompleted } from './rebuild-blob.ts';
import { asStorageError, isFromService } from './s3-errors.ts';
import { listStored } from './s3-list.ts';
import { openObject } from './s3-reader.ts';
import { S3UploadWriter } from './s3-upload-writer.ts';
import { readTail } from './tail-object.ts';
import { noteBytes, readNote } from './upload-note.ts';

/** Settings of one S3 store. */
export interface S3StoreOptions extends BucketOptions {
  /** Whether the client of that address reads from the service itself instead of through us. */
  readonly linksFor: (clientAddress: string) => boolean;
}

const listedAtOnce = 1000;

/**
 * Opens a bucket as a store: `blobs/<upload id>.<random>`, and `tails/<upload id>.<epoch>.<n>` for what checkpoints
 * keep. Throws a `StorageError` that names the bucket and the remedy when nothing can be written there; `onAway` is told instead, where
 * there is one, of what may pass.
 */
export async function openS3Store(options: S3StoreOptions, onAway?: (error: StorageError) => void): Promise<BlobStore> {
  const bucket = new Bucket(options);
  const store = new S3Store(bucket, options.linksFor);
  try {
    await store.probe();
  } catch (error) {
    const refusal = asStorageError('It was refused', error);
    if (onAway !== undefined && !isFromService(refusal)) {
      onAway(refusal);
      return store;
    }
    bucket.close();
    const { reason, message, retryable } = refusal;
    const where = options.endpoint === undefined ? `in ${options.region}` : `at ${options.endpoint}`;
    throw new StorageError(reason, `Cannot store blobs in bucket '${options.bucket}' ${where}. ${message}`, { retryable, cause: error });
  }
  return store;
}

class S3Store implements BlobStore {
  readonly #bucket: Bucket;
  readonly #linksFor: (clientAddress: string) => boolean;

  constructor(bucket: Bucket, linksFor: (clientAddress: string) => boolean) {
    this.#bucket = bucket;
    this.#linksFor = linksFor;
  }

  async createUpload(key: UploadKey): Promise<UploadWriter> {
    requireUploadId(key.id);
    return new S3UploadWriter(this.#bucket, key);
  }

  async resumeUpload(previous: UploadPosition, epoch: number, onBytes: (piece: Uint8Array) => void): Promise<ResumedUpload> {
    requireUploadId(previous.id);
    const note = readNote(previous.state);
    if (noteBytes(note) !== previous.offset) {
      throw new StorageError('failed', `An upload's note is about ${noteBytes(note)} bytes, its session about ${previous.offset}.`);
    }
    const { multipart, etags, partsBytes } = note;
    const tail = await readTail(this.#bucket, note.tail);
    const key = { id: previous.id, epoch };
    if (multipart === undefined) {
      onBytes(tail);
      return { writer: new S3UploadWriter(this.#bucket, key, { note, tail, isShared: false }), replayed: true };
    }
    if ((await this.#bucket.listParts(multipart)) !== undefined) {
      return { writer: new S3UploadWriter(this.#bucket, key, { note, tail, isShared: true }), replayed: false };
    }
    // An older epoch completed it, and died or was overtaken before anybody knew of a blob.
    const copy = await copyCompleted(this.#bucket, newBlobKey(previous.id), { multipart, etags, bytes: partsBytes });
    return { writer: new S3UploadWriter(this.#bucket, key, { note: { ...note, ...copy }, tail, isShared: false }), replayed: false };
  }

  /** A blob that was committed stays, whichever upload it came from. */
  async discardUpload({ id, state }: UploadPosition, committed?: readonly BlobLocation[]): Promise<void> {
    requireUploadId(id);
    // Ids contain no dot: the prefix is that of this upload only. What is listed goes, so the first page comes again.
    for (let more = true; more; ) {
      const page = await this.#bucket.listMultiparts(`${blobsPrefix}${id}.`, undefined, listedAtOnce);
      for (const upload of page.uploads) await this.#bucket.abortMultipart(upload);
      more = page.more;
    }
    await this.#deleteAll(`${tailsPrefix}${id}.`, []);
    // Only parts may have become an object that is none of these.
    if (committed !== undefined && readNote(state).multipart !== undefined) await this.#deleteAll(`${blobsPrefix}${id}.`, committed);
  }

  async open(location: BlobLocation, first?: ByteRange): Promise<BlobReader | undefined> {
    requireLocation(location);
    return openObject(this.#bucket, location, first);
  }

  linksFor(clientAddress: string): boolean {
    return this.#linksFor(clientAddress);
  }

  async link(location: BlobLocation): Promise<string> {
    requireLocation(location);
    return this.#bucket.link(location);
  }

  async delete(location: BlobLocation): Promise<void> {
    requireLocation(location);
    await this.#bucket.delete(location);
  }

  list(cursor: string | undefined, limit: number): Promise<{ objects: StoredObject[]; cursor: string | undefined }> {
    return listStored(this.#bucket, cursor, limit);
  }

  /** Writes one object, always the same one. */
  async probe(): Promise<void> {
    await this.#bucket.put(probeKey, Buffer.from('probe'));
  }

  async close(): Promise<void> {
    this.#bucket.close();
  }

  async #deleteAll(prefix: string, but: readonly string[]): Promise<void> {
    let after: string | undefined;
    for (let more = true; more; ) {
      const page = await this.#bucket.listObjects(prefix, after, listedAtOnce);
      for (const { key } of page.objects) if (!but.includes(key)) await this.#bucket.delete(key);
      after = page.objects.at(-1)?.key;
      more = page.more;
    }
  }
}
