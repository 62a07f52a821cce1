import { DamagedDatabaseError, type SqlitePages } from './sqlite-pages.ts';

type Value = number | Buffer | undefined;

/** Bytes that are read of all rows together, for each byte of the file: pages that are used twice are none of SQLite's. */
const mostReading = 2;

/**
 * The rows of a table of a SQLite database, in the order of their ids; of a long row, what its own page and the next have of it. Reads bytes of a
 * stranger and nothing else: no statement of theirs is run, and no file is needed. What is only in a write-ahead log is not seen. Throws
 * `DamagedDatabaseError`.
 */
export function* rowsOf(pages: SqlitePages, table: string): Generator<readonly Value[]> {
  const database = new Database(pages);
  for (const [type, name, , root] of database.rows(1)) {
    const isIt = String(type) === 'table' && String(name) === table && typeof root === 'number';
    if (isIt) return yield* database.rows(root);
  }
}

class Database {
  readonly #pages: SqlitePages;
  readonly #seen = new Set<number>();
  #left: number;

  constructor(pages: SqlitePages) {
    this.#pages = pages;
    this.#left = pages.totalBytes * mostReading;
  }

  *rows(root: number): Generator<readonly Value[]> {
    const pages = [root];
    for (let number = pages.pop(); number !== undefined; number = pages.pop()) {
      if (this.#seen.has(number)) throw new DamagedDatabaseError('A page is used twice.');
      this.#seen.add(number);
      const page = this.#pages.page(number);
      const head = number === 1 ? 100 : 0;
      const isLeaf = page[head] === 0x0d;
      if (!isLeaf && page[head] !== 0x05) throw new DamagedDatabaseError('A page is of no table.');
      const count = page.readUInt16BE(head + 3);
      const cells = Array.from({ length: count }, (_, at) => u16(page, head + (isLeaf ? 8 : 12) + 2 * at));
      if (isLeaf) for (const cell of cells) yield valuesOf(this.#payload(page, cell));
      else pages.push(page.readUInt32BE(head + 8), ...cells.reverse().map((cell) => u32(page, cell)));
    }
  }

  /** What a cell of a leaf holds, with the beginning of what it holds on other pages. */
  #payload(page: Buffer, cell: number): Buffer {
    const [length, afterLength] = varint(page, cell);
    const [, start] = varint(page, afterLength);
    const usable = this.#pages.usableBytes;
    const longest = usable - 35;
    if (length <= longest) return this.#taken([page.subarray(start, start + length)]);
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const wanted = least + ((length - least) % (usable - 4));
    const here = wanted <= longest ? wanted : least;
    const next = this.#pages.page(u32(page, start + here));
    return this.#taken([page.subarray(start, start + here), next.subarray(4, 4 + Math.min(length - here, usable - 4))]);
  }

  #taken(parts: readonly Buffer[]): Buffer {
    this.#left -= parts.reduce((sum, { length }) => sum + length, 0);
    if (this.#left < 0) throw new DamagedDatabaseError('Its rows are longer than the file.');
    return Buffer.concat(parts);
  }
}

/** Lengths of numbers by their type. */
const numberBytes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function valuesOf(record: Buffer): Value[] {
  const [headBytes, first] = varint(record, 0);
  const values: Value[] = [];
  let body = headBytes;
  for (let at = first; at < headBytes; ) {
    const [type, next] = varint(record, at);
    at = next;
    const length = type >= 12 ? Math.floor((type - 12) / 2) : (numberBytes[type] ?? 0);
    if (body > record.length) throw new DamagedDatabaseError('A row ends too early.');
    if (type >= 12) values.push(record.subarray(body, body + length));
    else if (type === 8 || type === 9) values.push(type - 8);
    else values.push(length === 0 || length > 6 || body + length > record.length ? undefined : record.readIntBE(body, length));
    body += length;
  }
  return values;
}

/** A number of up to nine bytes; what is too large for anything that is wanted here is damage. */
function varint(bytes: Buffer, start: number): readonly [value: number, next: number] {
  let value = 0;
  for (let at = start; at < start + 7; at += 1) {
    const byte = bytes[at] ?? 0x80;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + 1];
  }
  throw new DamagedDatabaseError('A number in it is too large.');
}

function u16(bytes: Buffer, at: number): number {
  if (at + 2 > bytes.length) throw new DamagedDatabaseError('A page ends too early.');
  return bytes.readUInt16BE(at);
}

function u32(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw new DamagedDatabaseError('A page ends too early.');
  return bytes.readUInt32BE(at);
}
