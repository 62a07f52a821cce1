import type { InstalledPackage } from './installed-package.ts';
import type { PackageScan } from './package-scan.ts';
import { packageOfHeader } from './rpm-header.ts';

const hashMagic = 0x061561;
const [magicPlace, sizePlace] = [12, 20];
const pageHeadBytes = 26;
const [previousPlace, countPlace, lengthPlace, typePlace] = [12, 20, 22, 25];
/** Types of pages, and of what is in them (dbinc/db_page.h). */
const [unsortedPage, overflowPage, sortedPage] = [2, 7, 13];
const [inPage, inOverflow] = [1, 3];
/** The number of the last package is a row too, of four bytes. */
const counterBytes = 4;
const mostPackages = 50_000;

/**
 * Reads rpm's database of Berkeley DB (`Packages`, until Fedora 32 and RHEL 8): a hash table, of which nearly every row is on pages of its own,
 * that may come before the page that tells of them. Of a row the first page is read as it comes, which has the name and the version; nothing is kept
 * but these.
 */
export class BerkeleyPackages implements PackageScan {
  /** By the first page of a row. */
  readonly #starts = new Map<number, InstalledPackage | undefined>();
  /** First pages of the rows that there are. */
  readonly #rows: number[] = [];
  readonly #found: InstalledPackage[] = [];
  #kept: Buffer = Buffer.alloc(0);
  #pageBytes = 0;
  #isLittleEndian = true;
  #page = 0;
  #isDamaged = false;

  take(piece: Uint8Array): void {
    if (this.#isDamaged) return;
    const bytes = Buffer.concat([this.#kept, piece]);
    if (this.#pageBytes === 0 && bytes.length >= pageHeadBytes) this.#readHead(bytes);
    let at = 0;
    for (; this.#pageBytes > 0 && at + this.#pageBytes <= bytes.length && !this.#isDamaged; at += this.#pageBytes) {
      this.#readPage(bytes.subarray(at, at + this.#pageBytes));
      this.#page += 1;
    }
    this.#kept = Buffer.from(bytes.subarray(at));
  }

  end(): InstalledPackage[] | undefined {
    if (this.#isDamaged || this.#page === 0) return undefined;
    for (const row of this.#rows) {
      const found = this.#starts.get(row);
      if (found === undefined) return undefined;
      this.#found.push(found);
    }
    return this.#found;
  }

  /** Numbers are as the machine has them that wrote it. */
  #readHead(bytes: Buffer): void {
    this.#isLittleEndian = bytes.readUInt32LE(magicPlace) === hashMagic;
    const size = this.#number(bytes, sizePlace, 4);
    this.#isDamaged = this.#number(bytes, magicPlace, 4) !== hashMagic || size < 512 || size > 65_536;
    this.#pageBytes = this.#isDamaged ? 0 : size;
  }

  #readPage(page: Buffer): void {
    const type = page[typePlace];
    // What goes on from another page is not needed.
    if (type === overflowPage && this.#number(page, previousPlace, 4) === 0) {
      this.#starts.set(this.#page, packageOfHeader(page.subarray(pageHeadBytes, pageHeadBytes + this.#number(page, lengthPlace, 2))));
    } else if (type === unsortedPage || type === sortedPage) this.#readRows(page);
    if (this.#starts.size > mostPackages || this.#rows.length + this.#found.length > mostPackages) this.#isDamaged = true;
  }

  /** A key and a value in turns, from the end of the page on, with their places at its beginning. */
  #readRows(page: Buffer): void {
    const count = this.#number(page, countPlace, 2);
    if (pageHeadBytes + 2 * count > page.length) this.#isDamaged = true;
    for (let row = 1; row < count && !this.#isDamaged; row += 2) {
      const start = this.#number(page, pageHeadBytes + 2 * row, 2);
      const end = this.#number(page, pageHeadBytes + 2 * row - 2, 2);
      if (page[start] === inOverflow && start + 8 <= page.length) this.#rows.push(this.#number(page, start + 4, 4));
      else if (page[start] === inPage && end <= page.length) this.#readValue(page.subarray(start + 1, end));
      else this.#isDamaged = true;
    }
  }

  #readValue(value: Buffer): void {
    if (value.length <= counterBytes) return;
    const found = packageOfHeader(value);
    if (found === undefined) this.#isDamaged = true;
    else this.#found.push(found);
  }

  #number(bytes: Buffer, at: number, length: 2 | 4): number {
    return this.#isLittleEndian ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
  }
}
