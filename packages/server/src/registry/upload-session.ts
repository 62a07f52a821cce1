import type { Digest, DigestAlgorithm } from '@longshore/oci';
import { reach } from './failpoints.ts';
import { InlineHash } from './inline-hash.ts';
import { type BlobLocation, type BlobStore, StorageError, type UploadWriter } from './ports/blob-store.ts';
import type { ByteHash, StartHash } from './ports/byte-hash.ts';
import type { UploadSession } from './ports/content-store.ts';
import type { Chunk } from './registry.ts';
import { WriteBehind } from './write-behind.ts';

/** Sees how many bytes of a body have come, and whether that is all; throws, or rejects, when there must not be so many. */
export type CheckBody = (received: number, complete: boolean) => Promise<void> | undefined;

/**
 * The bytes of one upload session as this process holds them: an open writer and the running hash, valid for one epoch
 * and offset. Whoever finds that the session's row says otherwise throws it away and takes the session over.
 */
export class LiveUpload {
  readonly id: string;
  readonly epoch: number;
  readonly store: BlobStore;
  /** Set while a request is using it; another request then takes the session over instead of waiting. */
  busy = true;
  usedAt: number;
  #offset: number;
  #algorithm: DigestAlgorithm;
  readonly #startHash: StartHash;
  /** Of every byte up to `offset`; the first body begins it. */
  #hash: ByteHash | undefined;
  /** Not every byte passed through a hash of this process, so the stored blob must be read back and hashed. */
  #mustReadBack = false;
  #writer: UploadWriter | undefined;
  /** The body on its way: a writer takes one call at a time, and a client may leave in the middle of one. */
  #body: WriteBehind | undefined;
  /** Whether writer and hash stand exactly at `offset`, as the last checkpoint does. */
  #certain = true;
  #closed = false;

  constructor(session: UploadSession, epoch: number, store: BlobStore, startHash: StartHash, now: number) {
    this.id = session.id;
    this.epoch = epoch;
    this.store = store;
    this.usedAt = now;
    this.#offset = 0;
    this.#algorithm = session.algorithm;
    this.#startHash = startHash;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Whether it can be continued as it is; otherwise the session must be taken over from its last checkpoint. */
  get isCertain(): boolean {
    return this.#certain && this.#hash?.isLost !== true;
  }

  /** Continues what another process, request or epoch began: earlier bytes are copied and hashed again where possible. */
  static async takeOver(session: UploadSession, store: BlobStore, startHash: StartHash, now: number): Promise<LiveUpload> {
    const live = new LiveUpload(session, session.epoch + 1, store, startHash, now);
    if (session.offset === 0) return live;
    const hash = new InlineHash(session.algorithm);
    const resumed = await store.resumeUpload(session, live.epoch, (piece) => void hash.update([piece]));
    reach('upload.resumed');
    live.#writer = resumed.writer;
    live.#offset = session.offset;
    if (resumed.replayed) live.#hash = hash;
    else live.#mustReadBack = true;
    return live;
  }

  /** For a body whose digest algorithm turns out to be another than the session's: possible before the first byte. */
  useAlgorithm(algorithm: DigestAlgorithm): void {
    if (this.#algorithm === algorithm) return;
    this.#algorithm = algorithm;
    this.#hash?.end();
    this.#hash = undefined;
    this.#mustReadBack = this.#offset > 0;
  }

  /**
   * Receives a body behind the current offset; `check` sees the number of its bytes as they grow, and at the end. When
   * either fails, everything of this body is forgotten, and `isCertain` says whether that worked. Resolves to the new
   * offset, which becomes certain by `advanced`.
   */
  async receive({ body, bodyBytes }: Chunk, check: CheckBody): Promise<number> {
    const writer = await this.#open();
    const before = this.#offset;
    const hash = this.#mustReadBack ? undefined : (this.#hash?.copy() ?? this.#startHash(this.#algorithm, bodyBytes));
    const behind = new WriteBehind(writer, hash);
    this.#body = behind;
    let received = 0;
    this.#certain = false;
    try {
      await body((piece) => {
        received += piece.byteLength;
        const checked = check(received, false);
        return checked === undefined ? behind.take(piece) : checked.then(() => behind.take(piece));
      });
      await behind.end();
      await check(received, true);
    } catch (error) {
      await this.#stepBack(writer, before);
      hash?.end();
      throw error;
    }
    this.#hash?.end();
    this.#hash = hash;
    reach('upload.chunk.written');
    this.#offset = before + received;
    return this.#offset;
  }

  /** The session's row stands where this does. */
  advanced(): void {
    this.#certain = true;
  }

  /** Makes what was received survive the process; returns the store's note for the session's row. */
  async checkpoint(): Promise<string | undefined> {
    return (await this.#open()).checkpoint();
  }

  /** The digest of everything received, when all of it passed through this process. */
  async digest(): Promise<Digest | undefined> {
    return this.#hash?.digest();
  }

  /** Makes the bytes durable under their location. */
  async commit(digest: Digest): Promise<BlobLocation> {
    return (await this.#open()).commit(digest);
  }

  /** Lets go of handles and the hash; the bytes stay for whoever continues. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#body?.settle();
    this.#hash?.end();
    await this.#writer?.close();
  }

  /** A failure to do so is not what the client must hear: the first one is. Whoever continues then begins at the checkpoint. */
  async #stepBack(writer: UploadWriter, offset: number): Promise<void> {
    await this.#body?.settle();
    const [outcome] = await Promise.allSettled([writer.truncate(offset)]);
    this.#certain = outcome.status === 'fulfilled';
  }

  async #open(): Promise<UploadWriter> {
    // A request that was using it ends here: two calls at once are more than a writer takes.
    if (this.#closed) throw new StorageError('failed', 'This upload was let go of: ask for its status and continue from there.');
    this.#writer ??= await this.store.createUpload({ id: this.id, epoch: this.epoch });
    return this.#writer;
  }
}
