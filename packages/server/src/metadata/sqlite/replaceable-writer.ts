import { StorageError } from '../../registry/ports/blob-store.ts';
import type { CommandInput, CommandName, CommandOutput } from '../commands/index.ts';
import { NeverSent, type WriterClient } from './writer-client.ts';

/**
 * The writer, and its successor when it dies or leaves: of a dead one, what was sent is rejected (whether it was committed is not
 * known), and the next command finds a new one. A process that cannot write any more would otherwise live on.
 */
export class ReplaceableWriter {
  readonly #open: () => Promise<WriterClient>;
  #current: WriterClient;
  /** While a successor is being found. */
  #successor: Promise<WriterClient> | undefined;
  #closed = false;

  private constructor(open: () => Promise<WriterClient>, first: WriterClient) {
    this.#open = open;
    this.#current = first;
  }

  /** `open` starts or finds a writer; rejects as the first `open` does. */
  static async start(open: () => Promise<WriterClient>): Promise<ReplaceableWriter> {
    return new ReplaceableWriter(open, await open());
  }

  /** See `WriterClient.execute`; what was never sent goes to the successor. */
  async execute<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    for (;;) {
      const writer = this.#current.isLeaving ? await this.#findSuccessor() : this.#current;
      try {
        return await writer.execute(name, input);
      } catch (error) {
        if (!(error instanceof NeverSent)) throw error;
      }
    }
  }

  /** Waits for every command that was given, then lets go of the writer. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#successor?.catch(() => undefined);
    await this.#current.close();
  }

  async #findSuccessor(): Promise<WriterClient> {
    if (this.#closed) throw new StorageError('failed', 'The metadata store is closed', { retryable: false });
    this.#successor ??= this.#open().finally(() => {
      this.#successor = undefined;
    });
    this.#current = await this.#successor;
    return this.#current;
  }
}
