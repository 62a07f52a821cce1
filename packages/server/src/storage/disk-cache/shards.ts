import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../filesystem/system-errors.ts';
import { heldName, readHeldName, shardDirectories, shardOf } from './cache-file-names.ts';
import { type HeldFile, HeldFiles } from './held-files.ts';

/** Two changes within this time may leave a directory with the same time of change. */
const clockTickMs = 50;

/** Times that went to the file system and back differ by less. */
const roundingMs = 1;

interface Shard {
  /** Names that are known, which others may have removed since. */
  readonly names: Set<string>;
  /** The directory's time of change when it was read. */
  modifiedAt: number;
  /** Whether changes since then show in that time. */
  settled: boolean;
}

/** The directories of whole blobs, as they are whoever changes them. One that has not changed is not read again. */
export class Shards {
  readonly #directory: string;
  readonly #held: HeldFiles;
  readonly #shards = new Map<string, Shard>(shardDirectories.map((shard) => [shard, { names: new Set(), modifiedAt: 0, settled: false }]));

  constructor(directory: string, mostBytes: number) {
    this.#directory = directory;
    this.#held = new HeldFiles(mostBytes);
  }

  /** What all files that are known take. */
  get bytes(): number {
    return this.#held.bytes;
  }

  /** Reads what changed since the last time. */
  async look(): Promise<void> {
    for (const [path, shard] of this.#shards) {
      const modifiedAt = statSync(join(this.#directory, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (shard.settled && shard.modifiedAt === modifiedAt) continue;
      shard.settled = Date.now() - modifiedAt > clockTickMs;
      shard.modifiedAt = modifiedAt;
      const names = new Set(modifiedAt === 0 ? [] : await namesIn(join(this.#directory, path)));
      for (const name of [...shard.names]) if (!names.has(name)) this.#forget(shard, name);
      for (const name of names) if (!shard.names.has(name)) this.#discover(path, name);
    }
  }

  /** The file that goes first, if it is there and nobody has used it since it was looked at; undefined when there is none. */
  worst(now: number): HeldFile | undefined {
    for (;;) {
      const worst = this.#held.worst(now);
      if (worst === undefined) return undefined;
      const path = shardOf(worst.digest);
      const name = heldName(worst);
      const found = this.#fileAt(path, name);
      if (found !== undefined && found.usedAt < worst.usedAt + roundingMs) return worst;
      if (found === undefined) this.#forget(this.#of(path), name);
      else this.put(found);
    }
  }

  /** Takes note of a file, or of its use. */
  put(file: HeldFile): void {
    const name = heldName(file);
    const shard = this.#of(shardOf(file.digest));
    shard.names.add(name);
    shard.settled = false;
    this.#held.put(name, file);
  }

  /** Forgets a file. */
  remove(file: Pick<HeldFile, 'digest' | 'sizeBytes'>): void {
    this.#forget(this.#of(shardOf(file.digest)), heldName(file));
  }

  #of(path: string): Shard {
    return this.#shards.get(path) as Shard;
  }

  #forget(shard: Shard, name: string): void {
    shard.names.delete(name);
    this.#held.remove(name);
  }

  #discover(path: string, name: string): void {
    const file = this.#fileAt(path, name);
    if (file !== undefined) this.put(file);
  }

  /** The file as it is; undefined when it is gone, or not one of the cache's. */
  #fileAt(path: string, name: string): HeldFile | undefined {
    const blob = readHeldName(name);
    if (blob === undefined || shardOf(blob.digest) !== path) return undefined;
    const stats = statSync(join(this.#directory, path, name), { throwIfNoEntry: false });
    return stats === undefined ? undefined : { ...blob, usedAt: stats.atimeMs, again: stats.atimeMs > stats.mtimeMs };
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
