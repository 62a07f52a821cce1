import type { ByteRange, Digest } from '@longshore/oci';
import {
  type BlobLocation,
  type BlobReader,
  type BlobStore,
  type ByteSink,
  type ResumedUpload,
  StorageError,
  type StoredObject,
  type UploadKey,
  type UploadPosition,
  type UploadWriter,
} from '../registry/ports/blob-store.ts';
import type { Logger } from '../registry/ports/logger.ts';
import { type Patience, Reachability } from '../registry/reachability.ts';

/** A store is far away more often than a database, and each of its answers takes longer. */
const patience: Patience = { quietMs: 1500, lookMs: 1500, againMs: 500 };

/** What a `ReachableStore` is made of. */
export interface ReachableStoreOptions {
  readonly store: BlobStore;
  /** As the beginning of a sentence names it. */
  readonly what: string;
  /** Whether an error came from the service that holds the bytes, rather than from the way to it. */
  readonly isAnswer: (error: unknown) => boolean;
  readonly logger: Logger;
}

/**
 * A store that is asked over a network, and of which nobody waits for an answer when it is known to be away: what needs it fails as
 * `unreachable`, until a byte can be written there again.
 */
export class ReachableStore implements Required<BlobStore> {
  readonly #store: BlobStore;
  readonly #reachability: Reachability;

  constructor({ store, what, isAnswer, logger }: ReachableStoreOptions) {
    this.#store = store;
    this.#reachability = new Reachability({
      what,
      // A service that refuses a write is there: reads go on.
      look: () =>
        store.probe().catch((error: unknown) => {
          if (!isAnswer(error)) throw error;
        }),
      isAnswer,
      onAway: () => undefined,
      logger,
      patience,
    });
  }

  /** It could not be reached when it was opened. */
  suspect(cause: unknown): void {
    this.#reachability.suspect(cause);
  }

  async createUpload(key: UploadKey): Promise<UploadWriter> {
    return new ReachableWriter(await this.#reachability.begin(() => this.#store.createUpload(key)), this.#reachability);
  }

  async resumeUpload(previous: UploadPosition, epoch: number, onBytes: (piece: Uint8Array) => void): Promise<ResumedUpload> {
    const resumed = await this.#reachability.begin(() => this.#store.resumeUpload(previous, epoch, onBytes));
    return { ...resumed, writer: new ReachableWriter(resumed.writer, this.#reachability) };
  }

  discardUpload(position: UploadPosition, committed?: readonly BlobLocation[]): Promise<void> {
    return this.#reachability.begin(() => this.#store.discardUpload(position, committed));
  }

  async open(location: BlobLocation, first?: ByteRange): Promise<BlobReader | undefined> {
    let isWanted = true;
    try {
      return await this.#reachability.ask(async () => {
        const reader = await this.#store.open(location, first);
        if (!isWanted) await reader?.close();
        return reader && new ReachableReader(reader, this.#reachability);
      });
    } catch (error) {
      isWanted = false;
      throw error;
    }
  }

  linksFor(clientAddress: string): boolean {
    return this.#store.linksFor?.(clientAddress) === true;
  }

  /** Nobody is sent to a service that is away. */
  async link(location: BlobLocation): Promise<string> {
    await this.#reachability.untilLooked();
    if (this.#store.link === undefined) throw new StorageError('failed', 'This store has no links.');
    return this.#store.link(location);
  }

  delete(location: BlobLocation): Promise<void> {
    return this.#reachability.begin(() => this.#store.delete(location));
  }

  list(cursor: string | undefined, limit: number): Promise<{ objects: StoredObject[]; cursor: string | undefined }> {
    return this.#reachability.begin(() => this.#store.list(cursor, limit));
  }

  isAway(): boolean {
    return this.#reachability.isAway;
  }

  probe(): Promise<void> {
    return this.#reachability.ask(() => this.#store.probe());
  }

  async close(): Promise<void> {
    this.#reachability.close();
    await this.#store.close();
  }
}

/**
 * Whoever writes to a store that falls silent is told at once. What was on its way is left behind and ends when it ends; until then the
 * writer is not to be used, so its session has to be taken over from its last checkpoint. A part that arrives late is none that
 * anybody counts on: the one that replaced it is named by its ETag.
 */
class ReachableWriter implements UploadWriter {
  readonly #writer: UploadWriter;
  readonly #reachability: Reachability;
  #running: Promise<unknown> | undefined;

  constructor(writer: UploadWriter, reachability: Reachability) {
    this.#writer = writer;
    this.#reachability = reachability;
  }

  write(pieces: readonly Uint8Array[]): Promise<void> {
    return this.#run(() => this.#writer.write(pieces));
  }

  checkpoint(): Promise<string | undefined> {
    return this.#run(() => this.#writer.checkpoint());
  }

  async truncate(offset: number): Promise<void> {
    if (this.#running !== undefined) throw new StorageError('unreachable', 'What was written last is still on its way.');
    return this.#writer.truncate(offset);
  }

  commit(digest: Digest): Promise<BlobLocation> {
    return this.#run(() => this.#writer.commit(digest));
  }

  async close(): Promise<void> {
    if (this.#running === undefined) return this.#writer.close();
    void this.#running.finally(() => this.#writer.close()).catch(() => undefined);
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.#reachability.ask(async () => {
      const running = work();
      this.#running = running;
      try {
        return await running;
      } finally {
        this.#running = undefined;
      }
    });
  }
}

/** A client may read as slowly as it likes, so nobody listens for silence here; a connection that breaks is a reason to look. */
class ReachableReader implements BlobReader {
  readonly sizeBytes: number;
  readonly #reader: BlobReader;
  readonly #reachability: Reachability;

  constructor(reader: BlobReader, reachability: Reachability) {
    this.sizeBytes = reader.sizeBytes;
    this.#reader = reader;
    this.#reachability = reachability;
  }

  async read(start: number, end: number, sink: ByteSink, signal?: AbortSignal): Promise<void> {
    try {
      await this.#reader.read(start, end, sink, signal);
    } catch (error) {
      this.#reachability.noteFailure(error);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
