/** A body on its way, in either direction. Calls `stop` once when it is slower than the floor for a whole window. */
interface Transfer {
  bytes: number;
  /** Bytes at the start of the window; undefined when the transfer waited for us, which is not the client's fault. */
  windowStart: number | undefined;
  readonly stop: () => void;
}

const windowMs = 15_000;

/**
 * Ends transfers whose client sends or takes fewer than `minBytesPerSecond`, so that slow clients cannot hold
 * connections for ever. One timer serves all transfers.
 */
export class TransferWatch {
  readonly #floor: number;
  readonly #transfers = new Set<Transfer>();
  readonly #timer: NodeJS.Timeout;

  constructor(minBytesPerSecond: number, intervalMs = windowMs) {
    this.#floor = (minBytesPerSecond * intervalMs) / 1000;
    this.#timer = setInterval(() => this.#look(), intervalMs);
    this.#timer.unref();
  }

  /** Watches one transfer. Call `moved` for every piece, `waited` when our own side made it wait, `end` at its end. */
  begin(stop: () => void): { moved(bytes: number): void; waited(): void; end(): void } {
    // The window in which it begins is not counted: it may be a millisecond long.
    const transfer: Transfer = { bytes: 0, windowStart: undefined, stop };
    this.#transfers.add(transfer);
    return {
      moved: (bytes) => {
        transfer.bytes += bytes;
      },
      waited: () => {
        transfer.windowStart = undefined;
      },
      end: () => {
        this.#transfers.delete(transfer);
      },
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const transfer of this.#transfers) {
      const tooSlow = transfer.windowStart !== undefined && transfer.bytes - transfer.windowStart < this.#floor;
      transfer.windowStart = transfer.bytes;
      if (!tooSlow) continue;
      this.#transfers.delete(transfer);
      transfer.stop();
    }
  }
}
