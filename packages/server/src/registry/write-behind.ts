import { freePiece } from './free-piece.ts';
import type { UploadWriter } from './ports/blob-store.ts';
import type { ByteHash } from './ports/byte-hash.ts';

/**
 * Pieces go to the store in batches, one gathered write each: large ones for a client that is fast, since each costs a round through
 * another thread, and small ones for a client that is slow, since memory waits in them and clients may be many.
 */
const leastBatchBytes = 64 * 1024;
const mostBatchBytes = 512 * 1024;
const fastMs = 20;
/** A piece costs memory besides its bytes: of so many in a batch on, small ones are copied together. */
const batchPieces = 16;
const smallBytes = 4 * 1024;
const roomBytes = 16 * 1024;

/**
 * Hands one body to a hash and then to a writer: in order, one write at a time, and while a write is under way the next batch is hashed
 * and another gathered. Holds at most three batches, however fast the client is. The pieces are its own: it frees their memory when they
 * are written.
 */
export class WriteBehind {
  readonly #writer: UploadWriter;
  readonly #hash: ByteHash | undefined;
  #batch: Uint8Array[] = [];
  #bytes = 0;
  /** Where small pieces are copied to, behind the batch. */
  #room = new Uint8Array(0);
  #filled = 0;
  #batchBytes = leastBatchBytes;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** Batches that are not written yet; one that failed never is. */
  #unwritten = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(writer: UploadWriter, hash?: ByteHash) {
    this.#writer = writer;
    this.#hash = hash;
  }

  /** Takes a piece. A promise asks to wait for it before the next; it rejects when a write or the hash has failed. */
  take(piece: Uint8Array): Promise<void> | undefined {
    this.#bytes += piece.byteLength;
    this.#gather(piece);
    if (this.#bytes < this.#batchBytes) return undefined;
    const before = this.#unwritten === 0 ? undefined : this.#last;
    this.#send();
    this.#adjust(performance.now());
    return before;
  }

  /** Resolves when everything is written; rejects when a write or the hash has failed. */
  async end(): Promise<void> {
    if (this.#bytes > 0) this.#send();
    await this.#last;
  }

  /** Resolves when no write is under way any more, whatever became of them. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#last]);
  }

  #gather(piece: Uint8Array): void {
    if (this.#batch.length < batchPieces || piece.byteLength >= smallBytes) {
      this.#closeRoom();
      this.#batch.push(piece);
      return;
    }
    if (this.#filled + piece.byteLength > this.#room.byteLength) {
      this.#closeRoom();
      this.#room = new Uint8Array(roomBytes);
    }
    this.#room.set(piece, this.#filled);
    this.#filled += piece.byteLength;
    freePiece(piece);
  }

  #closeRoom(): void {
    if (this.#filled > 0) this.#batch.push(this.#room.subarray(0, this.#filled));
    this.#room = new Uint8Array(0);
    this.#filled = 0;
  }

  #send(): void {
    this.#closeRoom();
    this.#unwritten += 1;
    this.#last = this.#write(this.#last, this.#hash === undefined ? this.#batch : this.#hash.update(this.#batch));
    // Whoever takes or ends next hears of it; until then it must not count as unhandled.
    this.#last.catch(() => undefined);
    this.#batch = [];
    this.#bytes = 0;
  }

  #adjust(now: number): void {
    const isFast = now - this.#sentAt < fastMs;
    this.#batchBytes = isFast ? Math.min(mostBatchBytes, this.#batchBytes * 2) : leastBatchBytes;
    this.#sentAt = now;
  }

  async #write(before: Promise<void>, hashed: ReturnType<ByteHash['update']>): Promise<void> {
    const [pieces] = await Promise.all([hashed, before]);
    await this.#writer.write(pieces);
    for (const piece of pieces) freePiece(piece);
    this.#unwritten -= 1;
  }
}
