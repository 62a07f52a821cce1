import type { CommandInput, CommandName, CommandOutput } from '../commands/index.ts';
import { WriterClient } from './writer-client.ts';
import type { WriterOptions } from './writer-messages.ts';

/**
 * The thread that writes, and its successor when it dies: what was waiting is rejected (whether it was committed is not known),
 * and the next command starts a new thread. A process that cannot write any more would otherwise live on.
 */
export class ReplaceableWriter {
  readonly #options: WriterOptions;
  #current: Promise<WriterClient>;
  #closed = false;

  private constructor(options: WriterOptions, first: WriterClient) {
    this.#options = options;
    this.#current = Promise.resolve(first);
  }

  /** Starts the first thread; rejects with a `StorageError` when the database cannot be opened. */
  static async start(options: WriterOptions): Promise<ReplaceableWriter> {
    return new ReplaceableWriter(options, await WriterClient.start(options));
  }

  /** See `WriterClient.execute`. */
  async execute<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    const current = this.#current;
    const writer = await current.catch(() => undefined);
    if (writer !== undefined && (this.#closed || !writer.isDead)) return writer.execute(name, input);
    // Only the first of those that found it dead replaces it.
    if (this.#current === current) this.#current = WriterClient.start(this.#options);
    return (await this.#current).execute(name, input);
  }

  /** Waits for every command that was given, then ends the thread. */
  async close(): Promise<void> {
    this.#closed = true;
    const writer = await this.#current.catch(() => undefined);
    await writer?.close();
  }
}
