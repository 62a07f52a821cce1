/** Bytes of one file that may wait for the sync at its end. */
const unsyncedBytes = 64 * 1024 * 1024;
/** Of the four threads that do all file operations, at most so many write back; the others stay for who waits for an answer. */
const mostAtOnce = 2;

/** The part of a `FileHandle` that syncing needs. */
export interface SyncedFile {
  datasync(): Promise<void>;
}

/** How many early syncs of a store are under way. */
export interface SyncSlots {
  taken: number;
}

/**
 * Makes a long file durable while it is being written, so that the sync at its end has little left to do. Only an advance: what was
 * written since needs a sync of its own. A failure is kept, since the system reports each lost page once only.
 */
export class EarlySync {
  readonly #slots: SyncSlots;
  #synced = 0;
  #running: Promise<void> | undefined;
  #failure: { error: unknown } | undefined;

  constructor(slots: SyncSlots) {
    this.#slots = slots;
  }

  /** Says how long the file is now. */
  written(file: SyncedFile, bytes: number): void {
    if (bytes - this.#synced < unsyncedBytes || this.#running !== undefined || this.#slots.taken >= mostAtOnce) return;
    this.#synced = bytes;
    this.#running = this.#sync(file);
  }

  /** Resolves when nothing is under way, so that the file may be closed. */
  async settle(): Promise<void> {
    await this.#running;
  }

  /** As `settle`; rejects when any sync has failed. */
  async end(): Promise<void> {
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #sync(file: SyncedFile): Promise<void> {
    this.#slots.taken += 1;
    try {
      await file.datasync();
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#slots.taken -= 1;
      this.#running = undefined;
    }
  }
}
