import { access, link, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import { shardOf } from './locations.ts';
import { hasCode } from './system-errors.ts';

/** Files may be read by the group (a reverse proxy that serves them), by nobody else. */
export const directoryMode = 0o750;

/** What file systems without hard links say of one, or those on which there are too many of a file. */
const linkless = ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK'];

/** Moves finished uploads into shard directories, which it creates when they are first needed. */
export class ShardDirectories {
  readonly #directory: string;
  readonly #durable: boolean;
  readonly #ready = new Map<string, Promise<void>>();

  constructor(directory: string, durable: boolean) {
    this.#directory = directory;
    this.#durable = durable;
  }

  /** Creates the location's shard directory; its own entry is durable afterwards. */
  prepare(location: BlobLocation): Promise<void> {
    const shard = shardOf(location);
    const known = this.#ready.get(shard);
    if (known !== undefined) return known;
    const creation = this.#create(shard);
    this.#ready.set(shard, creation);
    creation.catch(() => this.#ready.delete(shard));
    return creation;
  }

  /**
   * Renames a file of the store (relative path) to a prepared location, and makes the name durable. `keep`: the old name stays too,
   * where the file system can do that.
   */
  async place(file: string, location: BlobLocation, keep: boolean): Promise<void> {
    const source = join(this.#directory, file);
    const target = join(this.#directory, location);
    try {
      if (!keep || !(await isLinked(source, target))) await rename(source, target);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      // Somebody tidied the empty shard directory away.
      this.#ready.delete(shardOf(location));
      await this.prepare(location);
      if (!(await isThere(target))) await rename(source, target);
    }
    if (this.#durable) await syncDirectory(dirname(target));
  }

  async #create(shard: string): Promise<void> {
    const path = join(this.#directory, shard);
    await mkdir(path, { recursive: true, mode: directoryMode });
    if (!this.#durable) return;
    // Also when the directory was there: another process may have made it a moment ago and not synced it yet.
    await syncDirectory(dirname(path));
    await syncDirectory(dirname(dirname(path)));
  }
}

/** False on a file system without hard links. A link whose answer was lost is sent again, and then it is there. */
async function isLinked(source: string, target: string): Promise<boolean> {
  try {
    await link(source, target);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return true;
    if (linkless.some((code) => hasCode(error, code))) return false;
    throw error;
  }
}

/**
 * A rename whose answer was lost is sent again, and then finds its source gone: since no location is ever used twice, a file there is
 * the one that was renamed.
 */
async function isThere(target: string): Promise<boolean> {
  // Opens the directory, so that a host that is one of several asks for its names anew.
  await syncDirectory(dirname(target));
  return access(target).then(
    () => true,
    () => false,
  );
}

/** Makes the names inside a directory survive power loss. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
