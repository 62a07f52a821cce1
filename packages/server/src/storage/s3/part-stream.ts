import { StorageError } from '../../registry/ports/blob-store.ts';
import type { Bucket, MultipartKey } from './bucket.ts';
import { newBlobKey } from './object-keys.ts';
import { mostParts } from './part-size.ts';
import type { Multipart } from './upload-note.ts';

/** A multipart upload as far as somebody else brought it. */
export interface PartsStart {
  readonly multipart: Multipart | undefined;
  readonly etags: readonly string[];
  readonly bytes: number;
}

/**
 * Sends consecutive parts of one multipart upload, one at a time and beside whoever fills the next. What fails is
 * thrown by the next call of `settle` or `send`, until `rewind`.
 */
export class PartStream {
  readonly #bucket: Bucket;
  readonly #uploadId: string;
  #multipart: Multipart | undefined;
  readonly #etags: string[];
  #bytes: number;
  #highest: number;
  #sending: Promise<void> = Promise.resolve();

  constructor(bucket: Bucket, uploadId: string, start: PartsStart) {
    this.#bucket = bucket;
    this.#uploadId = uploadId;
    this.#multipart = start.multipart;
    this.#etags = [...start.etags];
    this.#bytes = start.bytes;
    this.#highest = start.etags.length;
  }

  /** Bytes in the parts that arrived. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The highest number that a part was sent under, also when it was forgotten since: the service may have it. */
  get highest(): number {
    return this.#highest;
  }

  get etags(): readonly string[] {
    return this.#etags;
  }

  get multipart(): Multipart | undefined {
    return this.#multipart;
  }

  /** Begins to send a part as soon as the one before has arrived, and returns then. */
  async send(body: Uint8Array): Promise<void> {
    await this.settle();
    const sending = this.#sendPart(body);
    // Reported by the next settle; until then it must not count as unhandled.
    sending.catch(() => undefined);
    this.#sending = sending;
  }

  /** Waits until every part has arrived. */
  async settle(): Promise<void> {
    await this.#sending;
  }

  /** Forgets all but the first `parts` parts, which hold so many bytes. The numbers of the others are used again. */
  async rewind(parts: number, bytes: number): Promise<void> {
    await this.#sending.catch(() => undefined);
    this.#sending = Promise.resolve();
    this.#etags.length = parts;
    this.#bytes = bytes;
  }

  async #sendPart(body: Uint8Array): Promise<void> {
    const number = this.#etags.length + 1;
    if (number > mostParts) throw new StorageError('failed', `This blob needs more than ${mostParts} parts: push it in larger chunks.`);
    const target = await this.#begun();
    this.#highest = Math.max(this.#highest, number);
    this.#etags.push(await this.#bucket.uploadPart(target, number, body));
    this.#bytes += body.length;
  }

  async #begun(): Promise<MultipartKey> {
    if (this.#multipart === undefined) {
      const { key, uploadId } = await this.#bucket.createMultipart(newBlobKey(this.#uploadId));
      this.#multipart = { key, uploadId, startedAt: Date.now() };
    }
    return this.#multipart;
  }
}
