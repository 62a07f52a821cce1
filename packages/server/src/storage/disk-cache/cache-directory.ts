import { closeSync, constants, fstatSync, futimesSync, openSync, type Stats, statfsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asStorageError, hasCode } from '../filesystem/system-errors.ts';
import { type CachedBlob, heldName, newPartName, partsDirectory, shardOf } from './cache-file-names.ts';
import { Parts } from './parts.ts';
import { Shards } from './shards.ts';

const fileMode = 0o640;
const directoryMode = 0o750;

/** A file is marked as read at most this often. */
const markEveryMs = 60_000;

/** So much of the file system is left to others: this share, or for large ones these bytes. */
const spareShare = 0.05;
const spareBytes = 10 * 1024 ** 3;

/** Reads do not count as uses: those are marked. */
const readFlags = constants.O_RDONLY | (constants.O_NOATIME ?? 0);

/** A file that a fetch writes to. */
export interface Part extends CachedBlob {
  readonly path: string;
  readonly handle: FileHandle;
}

/** A whole blob, opened. The descriptor is the caller's to close. */
export interface OpenedFile {
  readonly descriptor: number;
  readonly stats: Stats;
}

/** Where the cache is, and how much it may hold. */
export interface CacheDirectoryOptions {
  readonly directory: string;
  readonly mostBytes: number;
  readonly now: () => number;
}

/**
 * The files of the cache: whole blobs in `held/XX/`, what is being fetched in `parts/`. Names say digest and size, so the
 * directory is the account of itself, for all processes that share it: who wants room makes the name of its file first and
 * then looks at all names, so of two who want the last room at once at least one sees the other. The time of the last read is
 * the file's access time, which only marks change; a file that was never read again has it equal to the time of its bytes.
 */
export class CacheDirectory {
  readonly #options: CacheDirectoryOptions;
  readonly #shards: Shards;
  readonly #parts: Parts;
  #turn: Promise<unknown> = Promise.resolve();
  #evictions = 0;

  constructor(options: CacheDirectoryOptions) {
    this.#options = options;
    this.#shards = new Shards(options.directory, options.mostBytes);
    this.#parts = new Parts(join(options.directory, partsDirectory));
  }

  get bytes(): number {
    return this.#shards.bytes;
  }

  get evictions(): number {
    return this.#evictions;
  }

  /** Makes the directory, looks at all files, and removes what processes that died were fetching. */
  async prepare(): Promise<void> {
    await this.#inTurn(async () => {
      await mkdir(this.#parts.directory, { recursive: true, mode: directoryMode });
      await this.#parts.list();
      await this.#shards.look();
    });
  }

  /** A file for a fetch, with room for all of it; others had to go if need be. Undefined when there is no room. */
  async reserve(blob: CachedBlob): Promise<Part | undefined> {
    return this.#inTurn(async () => {
      const path = join(this.#parts.directory, newPartName(blob));
      const handle = await this.#create(path);
      const part = { ...blob, path, handle };
      this.#parts.own(path);
      try {
        if (await this.#makeRoom()) return part;
      } catch (error) {
        await this.discard(part);
        throw error;
      }
      await this.discard(part);
      return undefined;
    });
  }

  /** Makes a part, whose bytes must be right, a whole blob. `again`: it was read by several already. */
  async keep(part: Part, again: boolean): Promise<Stats | undefined> {
    const { path, handle } = part;
    const modifiedAt = Math.floor(this.#options.now() / 1000);
    const usedAt = again ? modifiedAt + 1 : modifiedAt;
    try {
      await handle.utimes(usedAt, modifiedAt);
      const stats = await handle.stat();
      await this.#rename(path, this.#pathOf(part));
      this.#shards.put({ digest: part.digest, sizeBytes: part.sizeBytes, usedAt: usedAt * 1000, again });
      return stats;
    } catch (error) {
      // Somebody emptied the directory.
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    } finally {
      this.#parts.disown(path);
      await handle.close();
    }
  }

  /** Removes a part. */
  async discard({ path, handle }: Part): Promise<void> {
    try {
      await handle.close();
      await rm(path, { force: true });
    } finally {
      this.#parts.disown(path);
    }
  }

  /** Opens a whole blob; undefined when it is not here. Its bytes may have been damaged since. */
  open(blob: CachedBlob): OpenedFile | undefined {
    const descriptor = openForReading(this.#pathOf(blob));
    if (descriptor === undefined) return undefined;
    try {
      const stats = fstatSync(descriptor);
      return { descriptor, stats };
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Notes that a whole blob is read, so that it stays longer than others. */
  mark(blob: CachedBlob, { descriptor, stats }: OpenedFile): void {
    const now = this.#options.now();
    const again = stats.atimeMs > stats.mtimeMs;
    if (again && now - stats.atimeMs < markEveryMs) return;
    const usedAt = Math.max(now, stats.mtimeMs + 1000);
    try {
      futimesSync(descriptor, usedAt / 1000, stats.mtimeMs / 1000);
    } catch (error) {
      // On a disk that has become read-only nothing goes either.
      if (!hasCode(error, 'EROFS') && !hasCode(error, 'EPERM')) throw error;
    }
    this.#shards.put({ digest: blob.digest, sizeBytes: blob.sizeBytes, usedAt, again: true });
  }

  /** Removes a whole blob. */
  async remove(blob: CachedBlob): Promise<void> {
    this.#shards.remove(blob);
    await rm(this.#pathOf(blob), { force: true });
  }

  #pathOf(blob: CachedBlob): string {
    return join(this.#options.directory, shardOf(blob.digest), heldName(blob));
  }

  async #create(path: string): Promise<FileHandle> {
    const create = () => open(path, 'wx', fileMode);
    try {
      return await create();
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      await mkdir(this.#parts.directory, { recursive: true, mode: directoryMode });
      return create();
    }
  }

  async #rename(path: string, target: string): Promise<void> {
    try {
      await rename(path, target);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      await mkdir(join(target, '..'), { recursive: true, mode: directoryMode });
      await rename(path, target);
    }
  }

  /** Lets others go until there is room for all that is being fetched; false when that is not enough. */
  async #makeRoom(): Promise<boolean> {
    const { mostBytes, now, directory } = this.#options;
    // First these: what becomes whole in between is counted twice, not never.
    const parts = await this.#parts.list();
    await this.#shards.look();
    const { bavail, bsize, blocks } = statfsSync(directory);
    const spare = Math.min(spareBytes, blocks * bsize * spareShare);
    let free = bavail * bsize - spare - parts.unwrittenBytes;
    while (this.#shards.bytes + parts.bytes > mostBytes || free < 0) {
      const worst = this.#shards.worst(now());
      if (worst === undefined) return false;
      await this.remove(worst);
      this.#evictions += 1;
      free += worst.sizeBytes;
    }
    return true;
  }

  /** One after the other: each looks at what the one before has left. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Opens a file of the cache for reading; undefined when it is gone. */
export function openForReading(path: string): number | undefined {
  try {
    return openSync(path, readFlags);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    // Only the owner of a file may leave its access time alone.
    if (!hasCode(error, 'EPERM')) throw asStorageError('Cannot open a file of the disk cache', error);
    return openSync(path, 'r');
  }
}
