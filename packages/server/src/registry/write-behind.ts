import type { UploadWriter } from './ports/blob-store.ts';

/**
 * Pieces go to the store in batches, one gathered write each: large ones for a client that is fast, since each costs a round through
 * another thread, and small ones for a client that is slow, since memory waits in them and clients may be many.
 */
const leastBatchBytes = 64 * 1024;
const mostBatchBytes = 512 * 1024;
const fastMs = 20;
/** A piece costs memory besides its bytes. */
const batchPieces = 64;

/**
 * Hands one body to a writer: in order, one write at a time, and while a write is under way the next batch is gathered. Holds at most
 * three batches, however fast the client is. The pieces are its own: it frees their memory when they are written.
 */
export class WriteBehind {
  readonly #writer: UploadWriter;
  #batch: Uint8Array[] = [];
  #bytes = 0;
  #batchBytes = leastBatchBytes;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** Batches that are not written yet; one that failed never is. */
  #unwritten = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(writer: UploadWriter) {
    this.#writer = writer;
  }

  /** Takes a piece. A promise asks to wait for it before the next; it rejects when a write has failed. */
  take(piece: Uint8Array): Promise<void> | undefined {
    this.#batch.push(piece);
    this.#bytes += piece.byteLength;
    if (this.#bytes < this.#batchBytes && this.#batch.length < batchPieces) return undefined;
    const before = this.#unwritten === 0 ? undefined : this.#last;
    this.#send();
    this.#adjust(performance.now());
    return before;
  }

  /** Resolves when everything is written; rejects when a write has failed. */
  async end(): Promise<void> {
    if (this.#batch.length > 0) this.#send();
    await this.#last;
  }

  /** Resolves when no write is under way any more, whatever became of them. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#last]);
  }

  #send(): void {
    this.#unwritten += 1;
    this.#last = this.#write(this.#last, this.#batch);
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

  async #write(before: Promise<void>, pieces: readonly Uint8Array[]): Promise<void> {
    await before;
    await this.#writer.write(pieces);
    for (const piece of pieces) free(piece);

    this.#unwritten -= 1;
  }
}

/** Gives memory back at once. The collector would find it late: by then hundreds of megabytes wait, and cost a full collection. */
function free({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
