import { StorageError } from '../../registry/ports/blob-store.ts';

/** One stored blob. */
export interface MemoryBlob {
  readonly bytes: Uint8Array;
  readonly modifiedAt: number;
}

/** The bytes of one upload under one epoch, and when they last grew. */
export interface MemoryUpload {
  bytes: Buffer;
  modifiedAt: number;
}

/** What every instance over one memory store shares. */
export class MemoryContent {
  readonly blobs = new Map<string, MemoryBlob>();
  /** By upload id, then by epoch. */
  readonly uploads = new Map<string, Map<number, MemoryUpload>>();
  readonly #faults: StorageError['reason'][] = [];

  /** Lets the next operation that touches bytes throw; several calls queue up. */
  failNext(reason: StorageError['reason']): void {
    this.#faults.push(reason);
  }

  /** Every operation passes here before it does anything. */
  requireHealth(): void {
    const reason = this.#faults.shift();
    if (reason !== undefined) throw new StorageError(reason, `The memory store was told to fail: ${reason}.`);
  }
}
