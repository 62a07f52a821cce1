import { createHash, randomBytes } from 'node:crypto';
import { type Digest, type DigestAlgorithm, digestAlgorithm, digestFromBytes, type RepositoryName } from '@longshore/oci';
import type { BlobStores } from './blob-stores.ts';
import { readWhole } from './blobs.ts';
import { copyBlob } from './copy-blob.ts';
import { reach } from './failpoints.ts';
import type { Agent } from './ports/agent.ts';
import { type BlobLocation, type BlobStore, StorageError } from './ports/blob-store.ts';
import type { StartHash } from './ports/byte-hash.ts';
import type { ContentStore, UploadSession } from './ports/content-store.ts';
import type { Logger } from './ports/logger.ts';
import type { QuotaStore } from './ports/quota-store.ts';
import type { Quotas } from './quotas.ts';
import type { Chunk, FinishedUpload, UploadHandle, UploadProgress } from './registry.ts';
import { RegistryError } from './registry-error.ts';
import { removeSpare, takenOver, UploadEnding } from './upload-ending.ts';
import { UploadRoom } from './upload-room.ts';
import { type CheckBody, LiveUpload } from './upload-session.ts';

/** Open writers kept between the chunks of slow clients; beyond it the longest unused is closed (and resumed later). */
const mostLive = 1000;
/** A writer that nobody used for this long is closed: its upload may have ended in another process, and its file be gone. */
const idleMs = 5 * 60 * 1000;

export interface UploadsDeps {
  readonly content: ContentStore & QuotaStore;
  readonly quotas: Quotas;
  readonly stores: BlobStores;
  readonly startHash: StartHash;
  readonly logger: Logger;
  readonly now: () => number;
}

/**
 * Upload sessions. The truth is the session's row (offset, epoch); what this process holds is only a shortcut that is
 * used while the row agrees with it. Any process may serve any request of a session.
 */
export class Uploads {
  readonly #deps: UploadsDeps;
  readonly #live = new Map<string, LiveUpload>();

  constructor(deps: UploadsDeps) {
    this.#deps = deps;
  }

  async start(repository: RepositoryName, by: Agent, algorithm: DigestAlgorithm): Promise<UploadProgress> {
    const { content, stores, startHash, now } = this.#deps;
    const at = now();
    const id = randomBytes(18).toString('base64url');
    const session = await content.startUpload({ id, repository, store: stores.forNew(repository), by, algorithm, at });
    if ('outcome' in session) throw await this.#deps.quotas.refuse(session.excess, by);
    reach('upload.started');
    const live = new LiveUpload(session, session.epoch, stores.of(session.store), startHash, at);
    live.busy = false;
    await this.#keep(live);
    return session;
  }

  async progress(upload: UploadHandle): Promise<UploadProgress> {
    return this.#find(upload);
  }

  async append(upload: UploadHandle, chunk: Chunk): Promise<UploadProgress> {
    const session = await this.#find(upload);
    const live = await this.#attach(session, chunk);
    return this.#using(live, async () => {
      const to = await this.#receive(session, live, chunk, upload.by);
      const state = await live.checkpoint();
      reach('upload.chunk.checkpointed');
      const { id, epoch } = live;
      if (!(await this.#deps.content.advanceUpload({ id, epoch, from: session.offset, to, state, at: this.#deps.now() }))) {
        throw takenOver(upload);
      }
      live.advanced();
      reach('upload.chunk.advanced');
      return { id, offset: to };
    });
  }

  /** Of several requests that end the same session at once one does, and the others find what they wanted done. */
  async finish(upload: UploadHandle, digest: Digest, chunk: Chunk): Promise<FinishedUpload> {
    const ending = new UploadEnding(this.#deps, upload, digest);
    try {
      return { isNearQuota: await this.#finish(ending, chunk) };
    } catch (error) {
      if (!(await ending.isDoneByOthers(error))) throw error;
      return { isNearQuota: false };
    }
  }

  /** Answers whether the project is near a limit. */
  async #finish(ending: UploadEnding, chunk: Chunk): Promise<boolean> {
    const { upload, digest } = ending;
    const session = await this.#find(upload);
    const live = await this.#attach(session, chunk);
    ending.epoch = live.epoch;
    const committed = await this.#using(live, async () => {
      live.useAlgorithm(digestAlgorithm(digest));
      await this.#receive(session, live, chunk, upload.by);
      const hashed = await live.digest();
      if (hashed !== undefined && hashed !== digest) throw await this.#refuse(session, live, digest, hashed);
      const location = await live.commit(digest);
      if (hashed === undefined) await this.#readBack(session, live, digest, location);
      reach('blob.placed');
      return this.#commit(ending, session, live, location);
    });
    await this.#drop(live);
    // What older epochs and checkpoints left behind.
    if (session.state !== undefined) await this.#discard(session, live.epoch, committed.locations);
    return committed.isNearQuota;
  }

  /** A body behind what has come. What the project has no room for ends the upload: its bytes would only take more room away. */
  async #receive(session: UploadSession, live: LiveUpload, chunk: Chunk, by: Agent): Promise<number> {
    const { id, epoch, offset } = live;
    const room = session.isLimited ? new UploadRoom(this.#deps, { id, epoch, offset }, by) : undefined;
    try {
      await room?.announce(chunk.bodyBytes);
      return await live.receive(chunk, limitsOf(chunk, offset, room));
    } catch (error) {
      if (error instanceof RegistryError && error.code === 'DENIED') await this.#giveUp(session, live);
      else await room?.release();
      throw error;
    }
  }

  async cancel(upload: UploadHandle): Promise<void> {
    const session = await this.#find(upload);
    const live = this.#live.get(session.id);
    if (!(await this.#deps.content.cancelUpload({ id: session.id }))) throw unknownUpload();
    this.#live.delete(session.id);
    // A request that is using it finds out by itself, and lets go of it then.
    if (live?.busy === false) await live.close();
    await this.#discard(session, Math.max(live?.epoch ?? 0, session.epoch));
  }

  /** Closes every open writer; the sessions stay and can be continued after a restart. */
  async close(): Promise<void> {
    await Promise.all([...this.#live.values()].map((live) => this.#drop(live)));
  }

  async #find(upload: UploadHandle): Promise<UploadSession> {
    const session = await this.#deps.content.findUpload(upload.id);
    if (session === undefined || session.repository.name !== upload.repository || session.owner !== upload.by.actor) throw unknownUpload();
    return session;
  }

  /** This process's hold on the session, marked busy; taken over from whoever held it when that is not us, idle. */
  async #attach(session: UploadSession, chunk: Chunk): Promise<LiveUpload> {
    if (chunk.start !== undefined && chunk.start !== session.offset) {
      throw new RegistryError('RANGE_INVALID', {
        message: `This chunk starts at byte ${chunk.start}, the upload stands at ${session.offset}: continue from there.`,
        detail: { offset: session.offset },
      });
    }
    const held = this.#live.get(session.id);
    if (held !== undefined && !held.busy && held.epoch === session.epoch && held.offset === session.offset) {
      held.busy = true;
      this.#live.delete(held.id);
      this.#live.set(held.id, held);
      return held;
    }
    if (held !== undefined) this.#live.delete(session.id);
    if (held !== undefined && !held.busy) await held.close();
    const { content, now } = this.#deps;
    if (!(await content.claimUpload({ id: session.id, epoch: session.epoch, at: now() }))) throw takenOver(session);
    reach('upload.claimed');
    const live = await this.#takeOver(session);
    await this.#keep(live);
    return live;
  }

  /** Bytes that are gone (a crash between their last rename and the commit moves them away) end the session: start again. */
  async #takeOver(session: UploadSession): Promise<LiveUpload> {
    const { content, stores, startHash, logger, now } = this.#deps;
    try {
      return await LiveUpload.takeOver(session, stores.of(session.store), startHash, now());
    } catch (cause) {
      if (!(cause instanceof StorageError) || cause.retryable) throw cause;
      logger.warn('An upload cannot be continued and was ended; its client starts again.', { upload: session.id, cause });
      await content.cancelUpload({ id: session.id });
      await this.#discard(session, session.epoch + 1);
      throw unknownUpload();
    }
  }

  /** Runs one request on a held session; what fails in an unknown state is let go of, so that the next one resumes. */
  async #using<T>(live: LiveUpload, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // A broken body leaves the session where it stood, unless somebody else has it by now.
      if (!live.isCertain || this.#live.get(live.id) !== live) await this.#drop(live);
      throw error;
    } finally {
      live.busy = false;
      live.usedAt = this.#deps.now();
    }
  }

  /** Resolves to the locations that are a blob now: one, or none when there was such a blob. */
  async #commit(
    { upload, digest, spares }: UploadEnding,
    session: UploadSession,
    live: LiveUpload,
    location: BlobLocation,
  ): Promise<{ locations: BlobLocation[]; isNearQuota: boolean }> {
    const { content, stores, now } = this.#deps;
    const { id: uploadId, epoch, offset: sizeBytes } = live;
    let place: { store: BlobStore; location: BlobLocation; copiedTo?: string } = { store: live.store, location };
    for (;;) {
      const { store, ...stored } = place;
      const commit = await content.commitBlob({ uploadId, epoch, digest, sizeBytes, ...stored, by: upload.by, at: now() });
      reach('blob.committed');
      if (commit.outcome !== 'stored') spares.push({ store, location: stored.location });
      // Until the session is over newer epochs may need what we leave.
      if (commit.outcome === 'lost') throw takenOver(upload);
      if (commit.outcome !== 'elsewhere') {
        for (const spare of spares) await removeSpare(this.#deps, spare);
        if (commit.outcome === 'quota-exceeded') {
          await this.#giveUp(session, live);
          throw await this.#deps.quotas.refuse(commit.excess, upload.by);
        }
        return { locations: commit.outcome === 'stored' ? [stored.location] : [], isNearQuota: commit.isNearQuota === true };
      }
      // The project began to move since this upload began.
      const copied = await copyBlob({ ...place, digest }, stores.of(commit.store));
      if (copied === undefined) throw takenOver(upload);
      place = { store: stores.of(commit.store), location: copied, copiedTo: commit.store };
    }
  }

  async #readBack(session: UploadSession, live: LiveUpload, digest: Digest, location: BlobLocation): Promise<void> {
    const hash = createHash(digestAlgorithm(digest));
    const readable = await readWhole(live.store, location, (piece) => void hash.update(piece));
    const stored = digestFromBytes(hash.digest());
    if (readable && stored === digest) return;
    await removeSpare(this.#deps, { store: live.store, location });
    throw await this.#refuse(session, live, digest, stored);
  }

  /** Ends a session whose content is not what was announced. */
  async #refuse(session: UploadSession, live: LiveUpload, announced: Digest, actual: Digest): Promise<RegistryError> {
    await this.#giveUp(session, live);
    return new RegistryError('DIGEST_INVALID', {
      message: `The uploaded content's digest is ${actual}, not ${announced}: upload it again.`,
      detail: { announced, actual },
    });
  }

  /** Ends a session, and discards its bytes. */
  async #giveUp(session: UploadSession, live: LiveUpload): Promise<void> {
    const isOurs = await this.#deps.content.cancelUpload({ id: session.id });
    await this.#drop(live);
    await this.#discard(session, live.epoch, isOurs ? [] : undefined);
  }

  async #discard(session: UploadSession, epoch: number, committed?: readonly BlobLocation[]): Promise<void> {
    const store = this.#deps.stores.of(session.store);
    try {
      await store.discardUpload({ ...session, epoch }, committed);
    } catch (cause) {
      this.#deps.logger.warn('the bytes of an ended upload could not be deleted; the orphan sweep will', { upload: session.id, cause });
    }
  }

  /** The map is in the order of use, the longest unused first. */
  async #keep(live: LiveUpload): Promise<void> {
    this.#live.set(live.id, live);
    const now = this.#deps.now();
    for (const candidate of [...this.#live.values()]) {
      if (candidate === live || (this.#live.size <= mostLive && now - candidate.usedAt < idleMs)) break;
      if (!candidate.busy) await this.#drop(candidate);
    }
  }

  async #drop(live: LiveUpload): Promise<void> {
    if (this.#live.get(live.id) === live) this.#live.delete(live.id);
    try {
      await live.close();
    } catch (cause) {
      // What was acknowledged is elsewhere by now, or safe: no reason to fail a request, which may be one of another upload.
      this.#deps.logger.warn('an upload that is not needed here any more could not be closed', { upload: live.id, cause });
    }
  }
}

/** Checks a chunk as it comes: it may not grow past what the upload may hold, and must end where it said. */
function limitsOf(chunk: Chunk, offset: number, room: UploadRoom | undefined): CheckBody {
  const { length, mostBytes } = chunk;
  return (received, complete) => {
    if (offset + received > mostBytes) throw tooLarge(mostBytes);
    if (!complete || length === undefined || length === received) return room?.grow(received);
    throw new RegistryError('SIZE_INVALID', {
      message: `Content-Range announced ${length} bytes, ${received} came: send the chunk again.`,
    });
  };
}

/** The 413 for a blob beyond the limit. */
export function tooLarge(mostBytes: number): RegistryError {
  return new RegistryError('SIZE_INVALID', { status: 413, message: `A blob may have at most ${mostBytes} bytes (limits.uploadBytes).` });
}

function unknownUpload(): RegistryError {
  return new RegistryError('BLOB_UPLOAD_UNKNOWN');
}
