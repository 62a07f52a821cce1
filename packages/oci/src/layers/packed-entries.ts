import { compactText, splitPath } from './entry-path.ts';
import { entryOf, lineOf, partsOf } from './index-lines.ts';
import type { LayerEntry } from './layer-entry.ts';

/** Memory that is taken at once; a record that is longer has a chunk for itself. */
const chunkBytes = 4 * 1024 * 1024;

/** What a record begins with: how long it may become, then in one number the length of its text, whether it has a hash, and the flags of its line. */
const [roomBytes, headBytes] = [4, 8];
const sha256Bytes = 32;

/**
 * Entries of a layer by path, of which there may be a million: their names by directory, and what is known of each as bytes outside of the
 * heap. Lines as strings take three times the memory, objects fifteen times.
 */
export class PackedEntries {
  /** Of each name, where its record is. */
  readonly #places = new Map<string, Map<string, number>>();
  readonly #chunks: Buffer[] = [];
  #filled = 0;
  #size = 0;
  #bytes = 0;

  /** How many paths there are. */
  get size(): number {
    return this.#size;
  }

  /** What names and records take together, also those that were replaced by longer ones. */
  get bytes(): number {
    return this.#bytes;
  }

  get(path: string): LayerEntry | undefined {
    const [directory, name] = splitPath(path);
    const place = this.#places.get(directory)?.get(name);
    return place === undefined ? undefined : entryOf(this.#lineAt(place, path));
  }

  /** Adds an entry, or replaces that of the same path; answers whether it is new. */
  set(entry: LayerEntry): boolean {
    const [directory, name] = splitPath(entry.path);
    const names = this.#places.get(directory) ?? this.#begin(directory);
    const before = names.get(name);
    const place = this.#write(entry, before);
    if (place !== before) names.set(compactText(name), place);
    if (before !== undefined) return false;
    this.#size += 1;
    this.#bytes += name.length;
    return true;
  }

  /** Keys and lines, sorted by key: a zero character comes before all others, so that directories follow each other as they are sorted. */
  *lines(): Generator<readonly [key: string, line: string]> {
    for (const directory of [...this.#places.keys()].sort()) {
      const names = this.#places.get(directory) ?? new Map<string, number>();
      const prefix = directory === '' ? '' : `${directory}/`;
      for (const name of [...names.keys()].sort()) yield [`${directory}\0${name}`, this.#lineAt(names.get(name) ?? 0, prefix + name)];
    }
  }

  #begin(directory: string): Map<string, number> {
    const names = new Map<string, number>();
    this.#places.set(compactText(directory), names);
    this.#bytes += directory.length;
    return names;
  }

  /** Where the record is now: in the place of the one before, if it fits. */
  #write(entry: LayerEntry, before: number | undefined): number {
    const { rest, sha256, flags } = partsOf(entry);
    const restBytes = Buffer.byteLength(rest);
    const hashBytes = sha256 === undefined ? 0 : sha256Bytes;
    const length = headBytes + hashBytes + restBytes;
    const place = before !== undefined && this.#roomAt(before) >= length ? before : this.#reserve(length);
    const [chunk, start] = this.#at(place);
    chunk.writeUInt32LE((restBytes << 3) | (sha256 === undefined ? 0 : 4) | flags, start + roomBytes);
    if (sha256 !== undefined) chunk.write(sha256, start + headBytes, 'hex');
    chunk.write(rest, start + headBytes + hashBytes, 'utf8');
    return place;
  }

  #roomAt(place: number): number {
    const [chunk, start] = this.#at(place);
    return chunk.readUInt32LE(start);
  }

  #lineAt(place: number, path: string): string {
    const [chunk, start] = this.#at(place);
    const head = chunk.readUInt32LE(start + roomBytes);
    const from = start + headBytes;
    const restFrom = head & 4 ? from + sha256Bytes : from;
    const rest = chunk.toString('utf8', restFrom, restFrom + (head >>> 3));
    return lineOf(path, { rest, sha256: head & 4 ? chunk.toString('hex', from, restFrom) : undefined, flags: head & 3 });
  }

  #reserve(length: number): number {
    const last = this.#chunks.at(-1);
    const isFull = last === undefined || this.#filled + length > last.length;
    const chunk = isFull ? Buffer.allocUnsafeSlow(Math.max(chunkBytes, length)) : last;
    if (isFull) {
      this.#chunks.push(chunk);
      this.#filled = 0;
    }
    chunk.writeUInt32LE(length, this.#filled);
    const place = (this.#chunks.length - 1) * chunkBytes + this.#filled;
    this.#filled += length;
    this.#bytes += length;
    return place;
  }

  /** A record begins in the first bytes of its chunk, however long that is. */
  #at(place: number): readonly [chunk: Buffer, start: number] {
    const chunk = this.#chunks[Math.floor(place / chunkBytes)];
    if (chunk === undefined) throw new RangeError('There is no record at that place.');
    return [chunk, place % chunkBytes];
  }
}
