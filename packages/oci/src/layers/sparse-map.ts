import { type PaxRecords, paxNumber, paxSize } from './pax-records.ts';
import { ArchiveFault, sizeIn, type TarHeader } from './tar-header.ts';

/** A part of a sparse file that has bytes in the archive; what lies between is zeros. */
export interface SparsePart {
  readonly offset: number;
  readonly length: number;
}

/** More parts than this are a file that somebody made to be a burden. */
const mostParts = 100_000;

/** Maps of sparse files in all four forms that GNU tar writes; `isComplete` when the rest of it does not stand in blocks to come. */
export class SparseMap {
  readonly parts: SparsePart[] = [];
  /** Size of the file with its holes. */
  readonly sizeBytes: number;
  #missing: 'nothing' | 'old-blocks' | 'numbers' = 'nothing';
  /** Of version 1.0: digits that have come of a number, what came before, how many are to come. */
  #digits = '';
  #numbers: number[] = [];

  private constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
  }

  /** The map that begins in a header block, of type `S`. */
  static ofOldHeader(block: Buffer): SparseMap {
    const map = new SparseMap(sizeIn(block, 483, 12));
    map.#addOld(block, 386, 4);
    map.#missing = block[482] === 0 ? 'nothing' : 'old-blocks';
    return map;
  }

  /** The map of an extended header; undefined when the file is not sparse. */
  static ofPax(records: PaxRecords, header: TarHeader): SparseMap | undefined {
    if (paxNumber(records, 'GNU.sparse.major') === 1) {
      const map = new SparseMap(paxSize(records, 'GNU.sparse.realsize') ?? header.sizeBytes);
      map.#missing = 'numbers';
      return map;
    }
    const text = records.get('GNU.sparse.map');
    const sizeBytes = paxSize(records, 'GNU.sparse.size') ?? paxSize(records, 'GNU.sparse.realsize');
    if (text === undefined || sizeBytes === undefined) return undefined;
    const map = new SparseMap(sizeBytes);
    map.#addPairs(text.length === 0 ? [] : text.toString('latin1').split(',').map(Number));
    return map;
  }

  get isComplete(): boolean {
    return this.#missing === 'nothing';
  }

  /** Whether the blocks to come are a part of the entry's size: of version 1.0 they are, of the oldest they are not. */
  get isInBody(): boolean {
    return this.#missing === 'numbers';
  }

  /** Takes the next block. */
  add(block: Buffer): void {
    if (this.#missing === 'old-blocks') {
      this.#addOld(block, 0, 21);
      if (block[504] === 0) this.#missing = 'nothing';
      return;
    }
    for (const byte of block) {
      if (byte >= 0x30 && byte <= 0x39 && this.#digits.length < 16) this.#digits += String.fromCharCode(byte);
      else if (byte === 0x0a && this.#digits !== '') this.#addNumber();
      else throw fault();
      if (this.isComplete) return;
    }
  }

  #addNumber(): void {
    this.#numbers.push(Number(this.#digits));
    this.#digits = '';
    const [count = 0] = this.#numbers;
    if (count > mostParts) throw fault();
    if (this.#numbers.length < 1 + 2 * count) return;
    this.#missing = 'nothing';
    this.#addPairs(this.#numbers.slice(1));
  }

  #addPairs(numbers: readonly number[]): void {
    if (numbers.length % 2 !== 0) throw fault();
    for (let at = 0; at < numbers.length; at += 2) this.#addPart(numbers[at] ?? Number.NaN, numbers[at + 1] ?? Number.NaN);
  }

  #addOld(block: Buffer, start: number, count: number): void {
    for (let at = start; at < start + count * 24; at += 24) {
      if (block[at] === 0) return;
      this.#addPart(sizeIn(block, at, 12), sizeIn(block, at + 12, 12));
    }
  }

  /** Parts come in order and do not overlap, or somebody could make much of little. */
  #addPart(offset: number, length: number): void {
    const last = this.parts.at(-1);
    const from = last === undefined ? 0 : last.offset + last.length;
    const isRight = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && length >= 0 && offset >= from;
    if (!isRight || offset + length > this.sizeBytes || this.parts.length >= mostParts) throw fault();
    this.parts.push({ offset, length });
  }
}

const fault = () => new ArchiveFault('the map of a sparse file in it is damaged');
