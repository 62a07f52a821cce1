import { StorageError } from '../../registry/ports/blob-store.ts';
import type { Bucket, MultipartKey } from './bucket.ts';
import { newBlobKey } from './object-keys.ts';
import { mostParts } from './part-size.ts';
import type { Multipart } from './upload-note.ts';

/** The parts of a multipart upload that have arrived. */
export interface SentParts {
  readonly multipart: Multipart | undefined;
  readonly etags: readonly string[];
  readonly bytes: number;
}

/** So many parts are on their way at once at most; one less while another fills up. */
const mostFlying = 2;

/**
 * Sends consecutive parts of one multipart upload, beside whoever fills the next. What fails is thrown by the next call of
 * `settle` or `send`, until `rewind`.
 */
export class PartStream {
  readonly #bucket: Bucket;
  readonly #uploadId: string;
  #multipart: Multipart | undefined;
  /** By number, from part 1 on; those on their way are missing. */
  readonly #etags: string[];
  /** Parts that were sent, arrived or not. */
  #count: number;
  #bytes: number;
  #highest: number;
  readonly #flying = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(bucket: Bucket, uploadId: string, start: SentParts) {
    this.#bucket = bucket;
    this.#uploadId = uploadId;
    this.#multipart = start.multipart;
    this.#etags = [...start.etags];
    this.#count = start.etags.length;
    this.#bytes = start.bytes;
    this.#highest = start.etags.length;
  }

  /** How many parts there are, those on their way included. */
  get count(): number {
    return this.#count;
  }

  /** The highest number that a part was sent under, also when it was forgotten since: the service may have it. */
  get highest(): number {
    return this.#highest;
  }

  /** Begins to send a part; returns when the next one may be filled. `sent`: its memory is free again. */
  async send(body: Uint8Array, sent: () => void): Promise<void> {
    this.#throwFailure();
    const number = this.#count + 1;
    if (number > mostParts) throw new StorageError('failed', `This blob needs more than ${mostParts} parts: push it in larger chunks.`);
    const target = await this.#begun();
    this.#count = number;
    this.#highest = Math.max(this.#highest, number);
    const flight = this.#sendPart(target, number, body, sent).finally(() => this.#flying.delete(flight));
    this.#flying.add(flight);
    while (this.#flying.size >= mostFlying) await Promise.race(this.#flying);
    this.#throwFailure();
  }

  /** Waits until every part has arrived: what there is then. */
  async settle(): Promise<SentParts> {
    await Promise.all(this.#flying);
    this.#throwFailure();
    return { multipart: this.#multipart, etags: this.#etags, bytes: this.#bytes };
  }

  /** Forgets all but the first `parts` parts, which hold so many bytes. The numbers of the others are used again. */
  async rewind(parts: number, bytes: number): Promise<void> {
    await Promise.all(this.#flying);
    this.#failure = undefined;
    this.#etags.length = parts;
    this.#count = parts;
    this.#bytes = bytes;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Never rejects: what fails is remembered. */
  async #sendPart(target: MultipartKey, number: number, body: Uint8Array, sent: () => void): Promise<void> {
    try {
      this.#etags[number - 1] = await this.#bucket.uploadPart(target, number, body);
      this.#bytes += body.length;
      sent();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  async #begun(): Promise<Multipart> {
    if (this.#multipart === undefined) {
      const { key, uploadId } = await this.#bucket.createMultipart(newBlobKey(this.#uploadId));
      this.#multipart = { key, uploadId, startedAt: Date.now() };
    }
    return this.#multipart;
  }
}
