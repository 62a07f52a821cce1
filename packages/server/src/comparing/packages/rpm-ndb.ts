import type { InstalledPackage } from './installed-package.ts';
import type { PackageScan } from './package-scan.ts';
import { headerStartBytes, packageOfHeader } from './rpm-header.ts';

const [headMagic, slotMagic, blobMagic] = ['RpmP', 'Slot', 'BlbS'].map((text) => Buffer.from(text).readUInt32LE(0));
const [headBytes, pageBytes, slotBytes, blockBytes, blobHeadBytes] = [32, 4096, 16, 16, 16];
/** Enough for 50,000 packages. */
const mostSlotPages = 200;

interface Slot {
  readonly id: number;
  readonly start: number;
}

/**
 * Reads rpm's database in its own form, as SUSE has it (`Packages.db`; lib/backend/ndb/rpmpkg.c): slots, and then the headers that they say the
 * places of. Of each header only its beginning is kept, until the next one.
 */
export class NdbPackages implements PackageScan {
  readonly #found: InstalledPackage[] = [];
  #kept: Buffer = Buffer.alloc(0);
  /** Where in the file the kept bytes begin. */
  #position = 0;
  /** Of packages, by their places. */
  #slots: readonly Slot[] | undefined;
  #next = 0;
  /** Where the headers end that were read. */
  #end = 0;
  #isDamaged = false;

  take(piece: Uint8Array): void {
    if (this.#isDamaged) return;
    const bytes = Buffer.concat([this.#kept, piece]);
    this.#slots ??= this.#readSlots(bytes);
    const used = this.#slots === undefined ? 0 : this.#readHeaders(bytes, this.#slots);
    this.#position += used;
    this.#kept = Buffer.from(bytes.subarray(used));
  }

  end(): InstalledPackage[] | undefined {
    // The last header may be shorter than what is kept of others.
    if (this.#slots !== undefined && !this.#isDamaged) this.#readHeaders(this.#kept, this.#slots, 'end');
    const isWhole = this.#next === this.#slots?.length && this.#end <= this.#position + this.#kept.length;
    return this.#isDamaged || !isWhole ? undefined : this.#found;
  }

  #readSlots(bytes: Buffer): readonly Slot[] | undefined {
    if (bytes.length < headBytes) return undefined;
    const pages = bytes.readUInt32LE(12);
    this.#isDamaged = bytes.readUInt32LE(0) !== headMagic || pages < 1 || pages > mostSlotPages;
    if (this.#isDamaged || bytes.length < pages * pageBytes) return undefined;
    const slots: Slot[] = [];
    for (let at = headBytes; at < pages * pageBytes; at += slotBytes) {
      const [magic, id, block] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at + 8)];
      this.#isDamaged ||= magic !== slotMagic;
      if (id !== 0 && block !== 0) slots.push({ id, start: block * blockBytes });
    }
    return slots.sort((left, right) => left.start - right.start);
  }

  /** Reads the headers that these bytes have whole, or as much of as is wanted; answers how many bytes need not be kept. */
  #readHeaders(bytes: Buffer, slots: readonly Slot[], isEnd?: 'end'): number {
    for (let slot = slots[this.#next]; slot !== undefined; slot = slots[this.#next]) {
      const at = slot.start - this.#position;
      if (at < 0) this.#isDamaged = true;
      if (at < 0 || at > bytes.length) return bytes.length;
      const wanted = at + blobHeadBytes + headerStartBytes;
      if (bytes.length < wanted && isEnd === undefined) return at;
      this.#readHeader(bytes.subarray(at, wanted), slot);
      if (this.#isDamaged) return bytes.length;
      this.#next += 1;
    }
    return bytes.length;
  }

  #readHeader(blob: Buffer, { id, start }: Slot): void {
    const isBlob = blob.length >= blobHeadBytes && blob.readUInt32LE(0) === blobMagic && blob.readUInt32LE(4) === id;
    const end = isBlob ? blobHeadBytes + blob.readUInt32LE(12) : 0;
    const found = packageOfHeader(blob.subarray(blobHeadBytes, end));
    this.#end = start + end;
    if (found === undefined) this.#isDamaged = true;
    else this.#found.push(found);
  }
}
