/** Thrown for what is no database, or a damaged one. */
export class DamagedDatabaseError extends Error {
  override readonly name = 'DamagedDatabaseError';
}

/** Pages that are kept at most, and those to come that are known to be followers: of a row there is one at a time. */
const mostKeptBytes = 32 * 1024 * 1024;
const mostFollowers = 100_000;
const headBytes = 100;
/** Kinds of pages of tables; others are of indexes, or begin with the number of the page that they go on in. */
const tableKinds: ReadonlySet<number> = new Set([0x05, 0x0d]);

/**
 * Keeps what is needed of a SQLite database to read the beginnings of its rows, as its pages come (https://www.sqlite.org/fileformat2.html): pages of
 * tables, and the first of those that a long row goes on in, which are a tenth of rpm's database. Which of them is the first, pages that are not
 * used any more may tell wrongly, so while there is room the others are kept as well.
 */
export class SqlitePages {
  readonly #pages = new Map<number, Buffer>();
  /** Such as are needed only when pages that are not used any more lie about them. */
  readonly #spare = new Map<number, Buffer>();
  /** Pages to come that an earlier one goes on in, which is no table's. */
  readonly #followers = new Set<number>();
  #kept: Buffer = Buffer.alloc(0);
  #count = 0;
  /** Bytes of a page, and those of them that are used; 0 before they are known. */
  pageBytes = 0;
  usableBytes = 0;

  /** Takes the next bytes of the file. Throws `DamagedDatabaseError`, also when too much would have to be kept. */
  take(piece: Uint8Array): void {
    const bytes = Buffer.concat([this.#kept, piece]);
    if (this.pageBytes === 0 && bytes.length >= headBytes) this.#readHead(bytes);
    let at = 0;
    for (; this.pageBytes > 0 && at + this.pageBytes <= bytes.length; at += this.pageBytes) {
      this.#count += 1;
      this.#takePage(bytes.subarray(at, at + this.pageBytes));
    }
    this.#kept = Buffer.from(bytes.subarray(at));
  }

  /** How many bytes the whole pages have that came. */
  get totalBytes(): number {
    return this.#count * this.pageBytes;
  }

  /** A page by its number, from 1. Throws `DamagedDatabaseError` when it is not there. */
  page(number: number): Buffer {
    const page = this.#pages.get(number) ?? this.#spare.get(number);
    if (page === undefined) throw new DamagedDatabaseError('A page is missing.');
    return page;
  }

  #readHead(bytes: Buffer): void {
    const size = bytes.readUInt16BE(16);
    this.pageBytes = size === 1 ? 65_536 : size;
    this.usableBytes = this.pageBytes - (bytes[20] ?? 0);
    if (bytes.toString('latin1', 0, 16) !== 'SQLite format 3\0' || this.pageBytes < 512)
      throw new DamagedDatabaseError('It is no database.');
  }

  #takePage(page: Buffer): void {
    const kind = page[this.#count === 1 ? headBytes : 0] ?? 0;
    // The number of a page begins with a zero in all databases of less than 16 million pages.
    const goesOn = kind === 0 && this.#count > 1;
    const isFollower = this.#followers.delete(this.#count);
    if (goesOn) this.#followers.add(page.readUInt32BE(0));
    if (this.#followers.size > mostFollowers) throw new DamagedDatabaseError('Its pages go on in too many others.');
    if (tableKinds.has(kind) || (goesOn && !isFollower)) this.#pages.set(this.#count, Buffer.from(page));
    else if (goesOn && this.#hasRoom()) this.#spare.set(this.#count, Buffer.from(page));
    if (this.#hasRoom()) return;
    this.#spare.clear();
    if (!this.#hasRoom()) throw new DamagedDatabaseError('It is too large.');
  }

  #hasRoom(): boolean {
    return (this.#pages.size + this.#spare.size) * this.pageBytes <= mostKeptBytes;
  }
}
