import type { BlobReader } from '../registry/ports/blob-store.ts';
import type { ComparedLayer } from '../registry/ports/image-comparer.ts';

/** Bytes that are sent at once: fewer cost more messages than bytes. */
const pieceBytes = 512 * 1024;

/** Reads a layer once, and sends it piece by piece as they are asked for. */
export class LayerFeed {
  readonly #layer: ComparedLayer;
  readonly #send: (piece: Uint8Array<ArrayBuffer> | undefined) => void;
  readonly #closed = new AbortController();
  /** Memory of pieces that were used. */
  readonly #spare: ArrayBuffer[] = [];
  #wanted = 0;
  #wake: () => void = () => undefined;
  /** Settles when nothing of the layer is open any more; rejects with what kept it from being read. */
  readonly ended: Promise<void>;

  constructor(layer: ComparedLayer, send: (piece: Uint8Array<ArrayBuffer> | undefined) => void) {
    this.#layer = layer;
    this.#send = send;
    this.ended = this.#run();
  }

  /** Asks for one more piece; it may come in the memory of one that was used. */
  more(used?: Uint8Array<ArrayBuffer>): void {
    if (used !== undefined) this.#spare.push(used.buffer);
    this.#wanted += 1;
    this.#wake();
  }

  /** Ends the reading, wherever it is. */
  close(): void {
    this.#closed.abort(new FeedClosed());
    this.#wake();
  }

  async #run(): Promise<void> {
    let reader: BlobReader | undefined;
    try {
      reader = await this.#layer.open();
      await this.#read(reader);
    } catch (error) {
      if (!this.#closed.signal.aborted) throw error;
    } finally {
      await reader?.close();
    }
  }

  async #read(reader: BlobReader): Promise<void> {
    let gathered = this.#memory();
    let length = 0;
    const flush = async () => {
      await this.#turn();
      this.#send(gathered.subarray(0, length));
      gathered = this.#memory();
      length = 0;
    };
    if (reader.sizeBytes > 0) {
      const take = async (piece: Uint8Array) => {
        for (let start = 0; start < piece.byteLength; ) {
          const taken = Math.min(piece.byteLength - start, pieceBytes - length);
          gathered.set(piece.subarray(start, start + taken), length);
          length += taken;
          start += taken;
          if (length === pieceBytes) await flush();
        }
      };
      await reader.read(0, reader.sizeBytes - 1, take, this.#closed.signal);
    }
    if (length > 0) await flush();
    await this.#turn();
    this.#send(undefined);
  }

  #memory(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#spare.pop() ?? new ArrayBuffer(pieceBytes));
  }

  /** Waits until one is asked for. */
  async #turn(): Promise<void> {
    while (this.#wanted === 0) {
      this.#closed.signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#closed.signal.throwIfAborted();
    this.#wanted -= 1;
  }
}

class FeedClosed extends Error {
  constructor() {
    super('Nobody wants the rest of the layer.');
    this.name = 'FeedClosed';
  }
}
