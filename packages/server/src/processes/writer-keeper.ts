import { setTimeout as pause } from 'node:timers/promises';
import { StorageError } from '../registry/ports/blob-store.ts';
import type { Logger } from '../registry/ports/logger.ts';
import { mostEarlyDeaths, RestartDelay } from './restart-delay.ts';

/** The process that writes for all workers, as its keeper needs it. */
export interface HostWriter {
  readonly pid: number;
  /** Resolves when it is gone, to how it ended. */
  readonly ended: Promise<string>;
  /** Lets it end when its clients have gone to another, or are gone. */
  retire(): void;
  kill(): void;
}

export interface WriterKeeperOptions {
  /** Starts a writer; resolves when workers can connect to it, rejects with a `stalled` StorageError when it hung and was killed. */
  readonly startWriter: () => Promise<HostWriter>;
  readonly logger: Logger;
  /** A writer that was let go and is not gone by then is killed. */
  readonly limitMs: number;
}

/** Keeps one writer alive. */
export class WriterKeeper {
  readonly #options: WriterKeeperOptions;
  readonly #delay = new RestartDelay();
  #writer: HostWriter;
  #readySince = performance.now();
  #stopping = false;

  private constructor(options: WriterKeeperOptions, first: HostWriter) {
    this.#options = options;
    this.#writer = first;
    this.#watch(first);
  }

  /** Starts the first writer; rejects when that fails. One that hangs is replaced, several times. */
  static async start(options: WriterKeeperOptions): Promise<WriterKeeper> {
    const delay = new RestartDelay();
    for (;;) {
      try {
        return new WriterKeeper(options, await options.startWriter());
      } catch (error) {
        const inMs = delay.after(undefined);
        const hung = error instanceof StorageError && error.reason === 'stalled';
        if (!hung || delay.earlyDeaths >= mostEarlyDeaths) throw error;
        options.logger.error('The writer of the metadata is being started again; nothing is served before it is ready.', { error, inMs });
        await pause(inMs);
      }
    }
  }

  /** Puts a new writer in the place of the present one, which answers what it was sent. Rejects when it cannot be started. */
  async renew(): Promise<void> {
    this.#take(await this.#options.startWriter());
  }

  /** Lets the writer end; its clients are gone already. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#letGo(this.#writer);
  }

  #take(writer: HostWriter): void {
    const old = this.#writer;
    this.#writer = writer;
    this.#readySince = performance.now();
    this.#watch(writer);
    void this.#letGo(old);
  }

  #watch(writer: HostWriter): void {
    void writer.ended.then((how) => {
      if (this.#stopping || writer !== this.#writer) return;
      this.#replace(performance.now() - this.#readySince, 'The writer of the metadata died and is being replaced.', {
        pid: writer.pid,
        how,
      });
    });
  }

  #replace(livedMs: number | undefined, message: string, fields: Record<string, unknown>): void {
    const inMs = this.#delay.after(livedMs);
    this.#options.logger.error(message, { ...fields, inMs });
    setTimeout(() => {
      if (this.#stopping) return;
      this.#options.startWriter().then(
        (writer) => (this.#stopping ? writer.kill() : this.#take(writer)),
        (error: unknown) => this.#replace(undefined, 'The writer of the metadata cannot be started; pushes fail until it can.', { error }),
      );
    }, inMs);
  }

  async #letGo(writer: HostWriter): Promise<void> {
    writer.retire();
    const limit = setTimeout(() => writer.kill(), this.#options.limitMs);
    await writer.ended;
    clearTimeout(limit);
  }
}
