/** A part of a program, and where it lies in the file. */
interface ElfPart {
  readonly offset: number;
  readonly length: number;
  readonly address: number;
}

/** How a program of Linux says where its parts are (elf(5)). */
export interface ElfHead {
  /** What is loaded; `data` is the first of them that may be written. */
  readonly parts: readonly ElfPart[];
  readonly data: ElfPart | undefined;
  /** Where the head has their table, as Go's own linker puts it; others have it at the end of the file. */
  readonly sections: readonly ElfPart[];
  readonly isLittleEndian: boolean;
  readonly pointerBytes: 4 | 8;
}

/** The head and its tables are looked for in so many bytes. */
export const mostHeadBytes = 8192;

const magic = Buffer.from('\x7fELF', 'latin1');
const [program, library] = [2, 3];
const [loadType, executeFlag, writeFlag] = [1, 1, 2];
/** Places of what is read in the head, and in entries of its tables. */
const wide = {
  tables: { parts: 32, partBytes: 54, partCount: 56, sections: 40, sectionBytes: 58, sectionCount: 60 },
  part: { bytes: 56, flags: 4, offset: 8, address: 16, length: 32 },
  section: { bytes: 64, address: 16, offset: 24, length: 32 },
} as const;
const narrow = {
  tables: { parts: 28, partBytes: 42, partCount: 44, sections: 32, sectionBytes: 46, sectionCount: 48 },
  part: { bytes: 32, flags: 24, offset: 4, address: 8, length: 16 },
  section: { bytes: 40, address: 12, offset: 16, length: 20 },
} as const;

/** Reads it from the first bytes of a file: `more` when it takes more of them, undefined when it is no program and no library. */
export function readElfHead(start: Buffer): ElfHead | 'more' | undefined {
  const compared = Math.min(start.length, magic.length);
  if (!magic.subarray(0, compared).equals(start.subarray(0, compared))) return undefined;
  if (start.length < 64) return 'more';
  const form = start[4] === 2 ? wide : narrow;
  const reader = new NumberReader(start, start[5] === 1, form === wide ? 8 : 4);
  const type = reader.short(16);
  if (type !== program && type !== library) return undefined;
  const parts = reader.table(form.tables.parts, form.tables.partBytes, form.tables.partCount);
  const sections = reader.table(form.tables.sections, form.tables.sectionBytes, form.tables.sectionCount);
  // Whatever links programs puts the first table behind the head.
  if (parts.end > mostHeadBytes || parts.entryBytes < form.part.bytes) return undefined;
  const hasSections = sections.end <= mostHeadBytes && sections.entryBytes >= form.section.bytes;
  if (start.length < Math.max(parts.end, hasSections ? sections.end : 0)) return 'more';
  const loaded = parts.places.filter((at) => reader.integer(at) === loadType);
  const data = loaded.find((at) => (reader.integer(at + form.part.flags) & (writeFlag | executeFlag)) === writeFlag);
  return {
    parts: loaded.map((at) => reader.part(at, form.part)),
    data: data === undefined ? undefined : reader.part(data, form.part),
    sections: hasSections ? sections.places.map((at) => reader.part(at, form.section)) : [],
    isLittleEndian: reader.isLittleEndian,
    pointerBytes: reader.pointerBytes,
  };
}

/** Reads numbers as the program's machine has them. */
export class NumberReader {
  readonly #bytes: Buffer;
  readonly isLittleEndian: boolean;
  readonly pointerBytes: 4 | 8;

  constructor(bytes: Buffer, isLittleEndian: boolean, pointerBytes: 4 | 8) {
    this.#bytes = bytes;
    this.isLittleEndian = isLittleEndian;
    this.pointerBytes = pointerBytes;
  }

  short(at: number): number {
    return this.isLittleEndian ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  integer(at: number): number {
    return this.isLittleEndian ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  /** An address, or what is as long as one. */
  pointer(at: number): number {
    if (this.pointerBytes === 4) return this.integer(at);
    return Number(this.isLittleEndian ? this.#bytes.readBigUInt64LE(at) : this.#bytes.readBigUInt64BE(at));
  }

  /** A table whose place, length of entries and count stand at these places; one beyond the head has no places. */
  table(place: number, entryBytesPlace: number, countPlace: number) {
    const [start, entryBytes, count] = [this.pointer(place), this.short(entryBytesPlace), this.short(countPlace)];
    const end = start + entryBytes * count;
    const places = end > mostHeadBytes ? [] : Array.from({ length: count }, (_, index) => start + index * entryBytes);
    return { end, entryBytes, places };
  }

  part(at: number, places: { readonly offset: number; readonly address: number; readonly length: number }): ElfPart {
    const [offset, address, length] = [places.offset, places.address, places.length].map((place) => this.pointer(at + place));
    return { offset: offset ?? 0, address: address ?? 0, length: length ?? 0 };
  }
}
