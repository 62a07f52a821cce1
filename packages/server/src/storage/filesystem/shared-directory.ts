import { open, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isFuse, networkFileSystem } from '../../registry/network-file-systems.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { hasCode } from './system-errors.ts';

/** Longer than any host believes what it remembers of a directory: NFS clients at most 60 seconds, unless told otherwise. */
const certainAfterMs = 2 * 60 * 1000;
/** Missing files that are remembered; forgetting one only makes its absence certain later. */
const mostMissing = 1000;

/** Whether other hosts may write to this directory too, as far as the type of its file system says. */
export async function mayBeShared(directory: string): Promise<boolean> {
  const { type } = await statfs(directory);
  return networkFileSystem(type) !== undefined || isFuse(type);
}

/**
 * A directory that other hosts write to. What they create shows late here: a host remembers that a name was absent, and answers for
 * up to a minute that it still is. Opening a directory makes the host ask the server whether it has changed; looking at it does not.
 */
export class SharedDirectory {
  readonly #directory: string;
  readonly #now: () => number;
  /** When each path was first found missing, the longest known first. */
  readonly #missing = new Map<string, number>();

  constructor(directory: string, now: () => number = () => performance.now()) {
    this.#directory = directory;
    this.#now = now;
  }

  /**
   * What `look` finds at a path relative to the directory. When that is nothing, it looks again past what this host remembers.
   * Undefined only when the file has been missing for longer than any host remembers; before that a retryable `StorageError`.
   */
  async find<T>(path: string, look: () => Promise<T | undefined>): Promise<T | undefined> {
    let found = await unlessAbsent(look);
    if (found === undefined) {
      await this.#forget(dirname(path));
      found = await unlessAbsent(look);
    }
    if (found === undefined && !this.#isCertain(path)) {
      throw new StorageError('failed', `'${path}' does not show in the shared directory '${this.#directory}' yet.`, { retryable: true });
    }
    if (found !== undefined) this.#missing.delete(path);
    return found;
  }

  /** Makes this host forget what it remembers of a directory and of those above it, outermost first. */
  async #forget(path: string): Promise<void> {
    if (path !== '.') await this.#forget(dirname(path));
    const directory = await unlessAbsent(() => open(join(this.#directory, path), 'r'));
    await directory?.close();
  }

  #isCertain(path: string): boolean {
    const now = this.#now();
    const since = this.#missing.get(path);
    if (since !== undefined) return now - since >= certainAfterMs;
    const [oldest] = this.#missing.keys();
    if (this.#missing.size >= mostMissing && oldest !== undefined) this.#missing.delete(oldest);
    this.#missing.set(path, now);
    return false;
  }
}

/** ESTALE: the name led to a file that another host has deleted since. */
async function unlessAbsent<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESTALE')) return undefined;
    throw error;
  }
}
