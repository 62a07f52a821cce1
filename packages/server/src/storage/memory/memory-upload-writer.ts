import { randomBytes } from 'node:crypto';
import type { Digest } from '@longshore/oci';
import type { BlobLocation, UploadKey, UploadWriter } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { MemoryContent, MemoryUpload } from './memory-content.ts';

/** Writes one epoch's bytes; what was not checkpointed is in the writer only, as in a process that may die. */
export class MemoryUploadWriter implements UploadWriter {
  readonly #content: MemoryContent;
  readonly #key: UploadKey;
  #pieces: Buffer[];
  #length: number;
  #checkpointed: number;
  #torn = false;
  #finished = false;

  constructor(content: MemoryContent, key: UploadKey, start: Buffer) {
    this.#content = content;
    this.#key = key;
    this.#pieces = [start];
    this.#length = start.length;
    this.#checkpointed = start.length;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    this.#requireUsable();
    this.#torn = true;
    this.#content.requireHealth();
    for (const piece of pieces) {
      this.#pieces.push(Buffer.from(piece));
      this.#length += piece.length;
    }
    this.#torn = false;
  }

  async checkpoint(): Promise<string> {
    this.#requireUsable();
    this.#torn = true;
    this.#content.requireHealth();
    const upload: MemoryUpload = { bytes: this.#join(), modifiedAt: Date.now() };
    const epochs = this.#content.uploads.get(this.#key.id);
    if (epochs === undefined) this.#content.uploads.set(this.#key.id, new Map([[this.#key.epoch, upload]]));
    else epochs.set(this.#key.epoch, upload);
    this.#checkpointed = this.#length;
    this.#torn = false;
    return String(this.#key.epoch);
  }

  async truncate(offset: number): Promise<void> {
    if (this.#finished) throw finishedError();
    if (offset > this.#checkpointed) throw new RangeError(`No checkpoint has passed offset ${offset}.`);
    this.#pieces = [this.#join().subarray(0, offset)];
    this.#length = offset;
    this.#checkpointed = offset;
    this.#torn = false;
  }

  async commit(digest: Digest): Promise<BlobLocation> {
    try {
      this.#requireUsable();
      this.#content.requireHealth();
      const location = `memory/${digest}.${randomBytes(8).toString('hex')}` as BlobLocation;
      this.#content.blobs.set(location, { bytes: this.#join(), modifiedAt: Date.now() });
      return location;
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.#finished = true;
    this.#pieces = [];
  }

  #join(): Buffer {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [bytes];
    return bytes;
  }

  #requireUsable(): void {
    if (this.#finished) throw finishedError();
    if (this.#torn) throw new StorageError('failed', 'An earlier write to this upload failed; truncate it to the last checkpoint first.');
  }
}

function finishedError(): StorageError {
  return new StorageError('failed', 'This upload writer is finished.');
}
