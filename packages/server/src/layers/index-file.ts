import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import {
  entryOf,
  firstFrom,
  isMerelyImplied,
  keyOf,
  type LayerEntry,
  type LayerIndex,
  type LayerSummary,
  NearestToRoot,
} from '@longshore/oci/layers';

/** Changes whenever lines or table do; files of another are made anew. */
export const indexFormat = 'v3';

/** What is read of an index to find one name. */
const blockBytes = 32 * 1024;

/** Blocks of an open index that stay in memory: those of as many directories as one is deep. */
const mostBlocks = 8;

/** Where in a file the table begins, in decimal digits. */
const trailerBytes = 16;

/**
 * The end of a file: where its blocks begin, how long each is, and the key of its first line; where the implied directories are; or why
 * there is nothing in it.
 */
interface Table {
  readonly summary?: LayerSummary;
  readonly failure?: string;
  readonly blocks: readonly (readonly [offset: number, length: number, firstKey: string])[];
  readonly implied: readonly [offset: number, length: number];
}

/** Writes an index: blocks of lines, the implied directories, the table, and where that begins. Synchronous, for a thread that does nothing else. */
export function writeIndex(path: string, lines: Iterable<readonly [key: string, line: string]>, summary: LayerSummary): void {
  writeFile(path, (append) => {
    const blocks: [number, number, string][] = [];
    let [held, first, offset]: [string[], string, number] = [[], '', 0];
    let length = 0;
    const implied = new NearestToRoot();
    const flush = () => {
      const written = append(Buffer.from(held.join('\n')));
      blocks.push([offset, written, first]);
      offset += written;
      [held, length] = [[], 0];
    };
    for (const [key, line] of lines) {
      if (isMerelyImplied(line)) implied.add(key);
      if (held.length === 0) first = key;
      held.push(line);
      length += line.length;
      if (length >= blockBytes) flush();
    }
    if (held.length > 0) flush();
    return { summary, blocks, implied: [offset, append(Buffer.from(JSON.stringify(implied.paths())))] };
  });
}

/** Writes instead of an index why there is none, so that nobody tries again. */
export function writeFailure(path: string, failure: string): void {
  writeFile(path, () => ({ failure, blocks: [], implied: [0, 0] }));
}

function writeFile(path: string, writeBlocks: (append: (bytes: Buffer) => number) => Table): void {
  const file = openSync(path, 'w', 0o640);
  let at = 0;
  const append = (bytes: Buffer): number => {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    at += bytes.length;
    return bytes.length;
  };
  try {
    const table = writeBlocks(append);
    const begin = at;
    append(Buffer.from(JSON.stringify(table)));
    append(Buffer.from(String(begin).padStart(trailerBytes, '0')));
    // It is renamed then: after a loss of power there must be all of it or nothing.
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Opens an index; the failure that is written instead; undefined when there is no such file or it is damaged. */
export async function openIndex(path: string): Promise<FileIndex | { failure: string } | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const table = await readTable(file);
    if (table?.summary !== undefined) return new FileIndex(file, table.summary, table);
    await file.close();
    return table?.failure === undefined ? undefined : { failure: table.failure };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readTable(file: FileHandle): Promise<Table | undefined> {
  const { size } = await file.stat();
  if (size < trailerBytes) return undefined;
  const begin = Number((await readAt(file, size - trailerBytes, trailerBytes)).toString('latin1'));
  if (!(begin <= size - trailerBytes)) return undefined;
  try {
    return JSON.parse((await readAt(file, begin, size - trailerBytes - begin)).toString('utf8')) as Table;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

interface Block {
  readonly keys: readonly string[];
  readonly entries: readonly LayerEntry[];
}

/** An index that is read from its file as far as it is needed. */
export class FileIndex implements LayerIndex {
  readonly summary: LayerSummary;
  readonly #file: FileHandle;
  readonly #blocks: Table['blocks'];
  readonly #implied: Table['implied'];
  readonly #held = new Map<number, Promise<Block>>();

  constructor(file: FileHandle, summary: LayerSummary, { blocks, implied }: Table) {
    this.#file = file;
    this.summary = summary;
    this.#blocks = blocks;
    this.#implied = implied;
  }

  async find(path: string): Promise<LayerEntry | undefined> {
    const key = keyOf(path);
    const { keys, entries } = await this.#block(this.#blockOf(key));
    const at = firstFrom(keys, key);
    return keys[at] === key ? entries[at] : undefined;
  }

  async list(directory: string, { after, limit }: { after?: string | undefined; limit: number }): Promise<readonly LayerEntry[]> {
    const prefix = `${directory}\0`;
    // The root lies in itself under an empty name; it is no entry of any directory.
    const from = `${prefix}${after ?? ''}`;
    const found: LayerEntry[] = [];
    for (let number = this.#blockOf(from); number < this.#blocks.length; number += 1) {
      const { keys, entries } = await this.#block(number);
      for (let at = firstFrom(keys, from); at < keys.length; at += 1) {
        const [key, entry] = [keys[at], entries[at]];
        if (key === undefined || entry === undefined || !key.startsWith(prefix) || found.length === limit) return found;
        if (key !== from) found.push(entry);
      }
    }
    return found;
  }

  async impliedDirectories(): Promise<readonly string[]> {
    return JSON.parse((await readAt(this.#file, ...this.#implied)).toString('utf8')) as string[];
  }

  close(): Promise<void> {
    this.#held.clear();
    return this.#file.close();
  }

  /** The block in which a key is, if it is anywhere. */
  #blockOf(key: string): number {
    let [low, high] = [0, this.#blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#blocks[middle]?.[2] ?? '') <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  #block(number: number): Promise<Block> {
    const held = this.#held.get(number);
    const block = held ?? this.#readBlock(number);
    this.#held.delete(number);
    this.#held.set(number, block);
    const [oldest] = this.#held.keys();
    if (this.#held.size > mostBlocks && oldest !== undefined) this.#held.delete(oldest);
    return block;
  }

  async #readBlock(number: number): Promise<Block> {
    const place = this.#blocks[number];
    if (place === undefined) return { keys: [], entries: [] };
    const text = (await readAt(this.#file, place[0], place[1])).toString('utf8');
    const entries = text.split('\n').map(entryOf);
    return { keys: entries.map(({ path }) => keyOf(path)), entries };
  }
}
