/** A body on its way, in either direction. Calls `stop` once when it is slower than the floor for a whole window. */
interface Transfer {
  bytes: number;
  /** Bytes at the start of the window; undefined when the transfer waited for us in it, which is not the client's fault. */
  windowStart: number | undefined;
  waitsForUs: boolean;
  /** More windows that the client has for the piece it was offered, which counts only when it has left whole. */
  windowsLeft: number;
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

  /**
   * Watches one transfer. Call `moved` for every piece, `waiting` when our own side makes it wait and `goingOn` when no
   * longer, with the bytes of the piece that the client is to take now, `end` at its end.
   */
  begin(stop: () => void): { moved(bytes: number): void; waiting(): void; goingOn(offeredBytes?: number): void; end(): void } {
    // The window in which it begins is not counted: it may be a millisecond long.
    const transfer: Transfer = { bytes: 0, windowStart: undefined, waitsForUs: false, windowsLeft: 0, stop };
    this.#transfers.add(transfer);
    return {
      moved: (bytes) => {
        transfer.bytes += bytes;
      },
      waiting: () => {
        transfer.waitsForUs = true;
        transfer.windowStart = undefined;
      },
      goingOn: (offeredBytes = 0) => {
        transfer.waitsForUs = false;
        transfer.windowsLeft = Math.ceil(offeredBytes / this.#floor) - 1;
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
      if (transfer.waitsForUs) continue;
      if (transfer.windowsLeft > 0) {
        transfer.windowsLeft -= 1;
        continue;
      }
      const tooSlow = transfer.windowStart !== undefined && transfer.bytes - transfer.windowStart < this.#floor;
      transfer.windowStart = transfer.bytes;
      if (!tooSlow) continue;
      this.#transfers.delete(transfer);
      transfer.stop();
    }
  }
}
