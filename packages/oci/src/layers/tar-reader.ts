import { textOf } from './entry-path.ts';
import { mostHeaderBytes, mostHoleBytes } from './layer-limits.ts';
import { type PaxRecords, paxNumber, paxSize, readPaxRecords } from './pax-records.ts';
import { SparseMap, type SparsePart } from './sparse-map.ts';
import { ArchiveFault, blockBytes, readHeader, type TarHeader } from './tar-header.ts';

/** An entry as the archive gives it. */
export interface TarEntry {
  /** As it is written, not looked at: it may lead anywhere. */
  readonly name: string;
  /** As in a header: `0` file, `1` hard link, `2` symbolic link, `5` directory and so on. */
  readonly type: string;
  readonly link: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedAt: number;
  /** Of its bytes, with the holes of a sparse file; 0 of what is no file. */
  readonly sizeBytes: number;
  /** Where in the archive its bytes begin; no other entry has the same. */
  readonly offset: number;
  /** Its bytes do not come: its holes are too large. */
  readonly isTooSparse: boolean;
}

/** Takes what is in an archive: `entry`, its bytes piece by piece, and `end`, for each in turn. A piece is the reader's when `data` returns. */
export interface TarSink {
  entry(entry: TarEntry): void;
  data(piece: Uint8Array): void;
  end(): void;
}

const zeros = new Uint8Array(64 * 1024);
const withoutBody = new Set(['1', '2', '3', '4', '5', '6']);
const emptyBlock = Buffer.alloc(0);

/**
 * Reads a tar archive as it comes: ustar, pax and GNU headers, long names, sparse files. Holds a block and the extended headers of one entry,
 * nothing that grows with the archive. `write` and `close` throw `ArchiveFault`.
 */
export class TarReader {
  readonly #sink: TarSink;
  readonly #block = Buffer.alloc(blockBytes);
  #blockFilled = 0;
  /** How many bytes of the archive have been taken. */
  #position = 0;
  #zeroBlocks = 0;
  /** What the bytes before the next header are. */
  #body: 'none' | 'file' | 'withheld' | 'meta' | 'skipped' = 'none';
  #bodyLeft = 0;
  #padding = 0;
  #metaType = '';
  #meta: Buffer[] = [];
  #longName: Buffer | undefined;
  #longLink: Buffer | undefined;
  #pax: PaxRecords = new Map();
  /** A sparse entry whose map is not complete yet, and one whose bytes are coming. */
  #mapping: { header: TarHeader; offset: number; map: SparseMap } | undefined;
  #sparse: { map: SparseMap; part: number; at: number } | undefined;
  #holesLeft = mostHoleBytes;

  constructor(sink: TarSink) {
    this.#sink = sink;
  }

  /** Whether the archive has ended; what comes after is not looked at. */
  get hasEnded(): boolean {
    return this.#zeroBlocks >= 2;
  }

  get position(): number {
    return this.#position;
  }

  write(piece: Buffer): void {
    let at = 0;
    while (at < piece.length && !this.hasEnded) {
      const left = piece.length - at;
      if (this.#bodyLeft > 0 && this.#mapping === undefined) at += this.#takeBody(piece.subarray(at, at + Math.min(left, this.#bodyLeft)));
      else if (this.#padding > 0 && this.#mapping === undefined) at += this.#skip(Math.min(left, this.#padding));
      else at += this.#fillBlock(piece, at);
    }
  }

  /** The archive has been given whole. Some programs end it without the two blocks that should be there. */
  close(): void {
    if (this.hasEnded) return;
    const isBetween = this.#body === 'none' && this.#mapping === undefined && this.#blockFilled === 0 && this.#padding === 0;
    if (!isBetween) throw new ArchiveFault('it ends in the middle of an entry');
  }

  #fillBlock(piece: Buffer, at: number): number {
    const length = Math.min(piece.length - at, blockBytes - this.#blockFilled);
    if (length === blockBytes) {
      this.#position += length;
      this.#takeBlock(piece.subarray(at, at + length));
      return length;
    }
    piece.copy(this.#block, this.#blockFilled, at, at + length);
    this.#blockFilled += length;
    this.#position += length;
    if (this.#blockFilled === blockBytes) {
      this.#blockFilled = 0;
      this.#takeBlock(this.#block);
    }
    return length;
  }

  #takeBlock(block: Buffer): void {
    if (this.#mapping !== undefined) {
      this.#addToMap(this.#mapping, block);
      return;
    }
    const header = readHeader(block);
    if (header === undefined) {
      this.#zeroBlocks += 1;
      return;
    }
    this.#zeroBlocks = 0;
    if ('xLK'.includes(header.type)) this.#beginMeta(header);
    else if (header.type === 'g') this.#beginBody('skipped', header.sizeBytes);
    else this.#beginEntry(header, block);
  }

  #beginMeta({ type, sizeBytes }: TarHeader): void {
    if (sizeBytes > mostHeaderBytes) throw new ArchiveFault(`an extended header of it is longer than ${mostHeaderBytes} bytes`);
    this.#metaType = type;
    this.#meta = [];
    this.#beginBody('meta', sizeBytes);
  }

  #endMeta(): void {
    const bytes = Buffer.concat(this.#meta);
    this.#meta = [];
    if (this.#metaType === 'x') this.#pax = readPaxRecords(bytes);
    else if (this.#metaType === 'L') this.#longName = untilZero(bytes);
    else this.#longLink = untilZero(bytes);
  }

  #beginEntry(written: TarHeader, block: Buffer): void {
    const name = filledValue(this.#pax, 'GNU.sparse.name') ?? filledValue(this.#pax, 'path') ?? this.#longName ?? written.name;
    const sizeBytes = paxSize(this.#pax, 'size') ?? written.sizeBytes;
    const type = written.type === '0' && name.at(-1) === 0x2f ? '5' : written.type;
    const header: TarHeader = {
      name,
      type: type === 'S' ? '0' : type,
      link: filledValue(this.#pax, 'linkpath') ?? this.#longLink ?? written.link,
      mode: written.mode,
      uid: paxNumber(this.#pax, 'uid') ?? written.uid,
      gid: paxNumber(this.#pax, 'gid') ?? written.gid,
      modifiedAt: paxNumber(this.#pax, 'mtime') ?? written.modifiedAt,
      sizeBytes: withoutBody.has(type) ? 0 : sizeBytes,
    };
    const map = type === 'S' ? SparseMap.ofOldHeader(block) : type === '0' ? SparseMap.ofPax(this.#pax, header) : undefined;
    this.#longName = undefined;
    this.#longLink = undefined;
    this.#pax = new Map();
    // Counted now, while the map may take some of it.
    this.#bodyLeft = header.sizeBytes;
    this.#padding = paddingOf(header.sizeBytes);
    if (map === undefined) this.#announce(header, this.#position, undefined);
    else if (map.isComplete) this.#announce(header, this.#position, map);
    else this.#mapping = { header, offset: this.#position, map };
  }

  #addToMap({ header, offset, map }: { header: TarHeader; offset: number; map: SparseMap }, block: Buffer): void {
    if (map.isInBody) {
      if (this.#bodyLeft < blockBytes) throw new ArchiveFault('the map of a sparse file in it is damaged');
      this.#bodyLeft -= blockBytes;
    }
    map.add(block);
    if (!map.isComplete) return;
    this.#mapping = undefined;
    this.#announce(header, offset, map);
  }

  #announce(header: TarHeader, offset: number, map: SparseMap | undefined): void {
    const stored = this.#bodyLeft;
    const holes = map === undefined ? 0 : map.sizeBytes - lengthOf(map.parts);
    if (map !== undefined && lengthOf(map.parts) !== stored) throw new ArchiveFault('the map of a sparse file in it is damaged');
    const isTooSparse = holes > this.#holesLeft;
    if (!isTooSparse) this.#holesLeft -= holes;
    this.#sparse = map === undefined || isTooSparse ? undefined : { map, part: 0, at: 0 };
    this.#sink.entry({
      name: textOf(header.name),
      type: header.type,
      link: textOf(header.link),
      mode: header.mode,
      uid: header.uid,
      gid: header.gid,
      modifiedAt: header.modifiedAt,
      sizeBytes: map?.sizeBytes ?? header.sizeBytes,
      offset,
      isTooSparse,
    });
    this.#body = isTooSparse ? 'withheld' : 'file';
    if (stored === 0) this.#endBody();
  }

  #beginBody(body: 'meta' | 'skipped', sizeBytes: number): void {
    this.#body = body;
    this.#bodyLeft = sizeBytes;
    this.#padding = paddingOf(sizeBytes);
    if (sizeBytes === 0) this.#endBody();
  }

  #takeBody(piece: Buffer): number {
    if (this.#body === 'file') this.#deliver(piece);
    // Of a copy: the piece is not ours for long.
    else if (this.#body === 'meta') this.#meta.push(Buffer.from(piece));
    this.#position += piece.length;
    this.#bodyLeft -= piece.length;
    if (this.#bodyLeft === 0) this.#endBody();
    return piece.length;
  }

  #endBody(): void {
    const body = this.#body;
    this.#body = 'none';
    if (body === 'meta') this.#endMeta();
    if (body !== 'file' && body !== 'withheld') return;
    if (this.#sparse !== undefined) this.#zerosUntil(this.#sparse.map.sizeBytes);
    this.#sparse = undefined;
    this.#sink.end();
  }

  #skip(length: number): number {
    this.#padding -= length;
    this.#position += length;
    return length;
  }

  #deliver(piece: Buffer): void {
    const sparse = this.#sparse;
    if (sparse === undefined) {
      this.#sink.data(piece);
      return;
    }
    let at = 0;
    while (at < piece.length) {
      const part = sparse.map.parts[sparse.part];
      if (part === undefined) throw new ArchiveFault('the map of a sparse file in it is damaged');
      if (sparse.at < part.offset) this.#zerosUntil(part.offset);
      const length = Math.min(piece.length - at, part.offset + part.length - sparse.at);
      if (length > 0) this.#sink.data(piece.subarray(at, at + length));
      at += length;
      sparse.at += length;
      if (sparse.at === part.offset + part.length) sparse.part += 1;
    }
  }

  #zerosUntil(end: number): void {
    const sparse = this.#sparse;
    while (sparse !== undefined && sparse.at < end) {
      const length = Math.min(zeros.length, end - sparse.at);
      this.#sink.data(zeros.subarray(0, length));
      sparse.at += length;
    }
  }
}

const paddingOf = (sizeBytes: number): number => (blockBytes - (sizeBytes % blockBytes)) % blockBytes;

const lengthOf = (parts: readonly SparsePart[]): number => parts.reduce((sum, { length }) => sum + length, 0);

/** Empty means: as if it were not there. */
function filledValue(records: PaxRecords, keyword: string): Buffer | undefined {
  const value = records.get(keyword) ?? emptyBlock;
  return value.length === 0 ? undefined : value;
}

function untilZero(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
