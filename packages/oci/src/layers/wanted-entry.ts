import type { TarEntry, TarSink } from './tar-reader.ts';

/** Keeps what comes of one entry until it is taken. */
export class WantedEntry implements TarSink {
  readonly #offset: number;
  #isHere = false;
  #parts: Uint8Array[] = [];
  isWhole = false;

  constructor(offset: number) {
    this.#offset = offset;
  }

  entry({ offset }: TarEntry): void {
    this.#isHere = offset === this.#offset;
  }

  data(piece: Uint8Array): void {
    if (this.#isHere) this.#parts.push(piece);
  }

  end(): void {
    if (this.#isHere) this.isWhole = true;
    this.#isHere = false;
  }

  take(): readonly Uint8Array[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }
}
