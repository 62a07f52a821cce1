/** An entry of an archive, before its bytes come. */
export interface ZipEntry {
  readonly name: string;
  /** Its bytes are compressed; otherwise they are as they were. */
  readonly isDeflated: boolean;
}

/** Takes the bytes of an entry as they are stored. */
export interface ZipEntrySink {
  /** They are not the sink's when it returns. */
  take(bytes: Buffer): void;
  /** The entry is there whole. */
  end(): void;
}

const localHeader = Buffer.from('PK\x03\x04', 'latin1');
const descriptor = Buffer.from('PK\x07\x08', 'latin1');
const headerBytes = 30;
/** A descriptor with the longest numbers, and the two characters that whatever follows begins with. */
const descriptorBytes = 26;
const [isEncrypted, hasDescriptor] = [0x1, 0x8];
const [stored, deflated] = [0, 8];
const inExtraField = 0xff_ff_ff_ff;
/** What makes a program of an archive stands before it. */
const mostPrefixBytes = 1024 * 1024;

/**
 * Goes through a zip archive as it comes (APPNOTE.TXT 6.3.10), by the headers in front of its entries and not by the directory at its end: so
 * that none of it has to be kept. What is no archive, or damaged, has no entries from there on.
 */
export class ZipWalk {
  readonly #open: (entry: ZipEntry) => ZipEntrySink | undefined;
  #state: 'prefix' | 'header' | 'sized' | 'unsized' | 'done' = 'prefix';
  #kept = Buffer.alloc(0);
  #sink: ZipEntrySink | undefined;
  /** Bytes of the prefix, or of the entry, that have come; and those that an entry of known size still has. */
  #came = 0;
  #left = 0;

  /** `open` answers who wants the bytes of an entry. */
  constructor(open: (entry: ZipEntry) => ZipEntrySink | undefined) {
    this.#open = open;
  }

  write(piece: Buffer): void {
    if (this.#state === 'done') return;
    const bytes = this.#kept.length === 0 ? piece : Buffer.concat([this.#kept, piece]);
    let at = 0;
    for (;;) {
      const next = this.#step(bytes, at);
      if (next === undefined) break;
      at = next;
    }
    // Of its own: the piece is not ours for long.
    this.#kept = Buffer.from(this.#isDone() ? [] : bytes.subarray(at));
  }

  #isDone(): boolean {
    return this.#state === 'done';
  }

  /** Takes what it can, and answers what comes next; undefined when it takes more bytes, or none at all. */
  #step(bytes: Buffer, at: number): number | undefined {
    if (this.#state === 'prefix') return this.#skipPrefix(bytes, at);
    if (this.#state === 'header') return this.#readHeader(bytes, at);
    if (this.#state === 'sized') return this.#takeSized(bytes, at);
    if (this.#state === 'unsized') return this.#takeUnsized(bytes, at);
    return undefined;
  }

  #skipPrefix(bytes: Buffer, at: number): number | undefined {
    const found = bytes.indexOf(localHeader, at);
    if (found >= 0) {
      this.#state = 'header';
      return found;
    }
    const skipped = bytes.length - at - localHeader.length + 1;
    if (skipped <= 0) return undefined;
    this.#came += skipped;
    if (this.#came > mostPrefixBytes) this.#state = 'done';
    return at + skipped;
  }

  #readHeader(bytes: Buffer, at: number): number | undefined {
    if (bytes.length < at + headerBytes) return undefined;
    if (!bytes.subarray(at, at + 4).equals(localHeader)) {
      this.#state = 'done';
      return undefined;
    }
    const nameEnd = at + headerBytes + bytes.readUInt16LE(at + 26);
    const end = nameEnd + bytes.readUInt16LE(at + 28);
    if (bytes.length < end) return undefined;
    const [flags, method, size] = [bytes.readUInt16LE(at + 6), bytes.readUInt16LE(at + 8), bytes.readUInt32LE(at + 18)];
    const isReadable = (flags & isEncrypted) === 0 && (method === stored || method === deflated);
    const entry = { name: bytes.toString('utf8', at + headerBytes, nameEnd), isDeflated: method === deflated };
    this.#sink = isReadable ? this.#open(entry) : undefined;
    this.#came = 0;
    this.#left = size === inExtraField ? longSize(bytes.subarray(nameEnd, end)) : size;
    this.#state = (flags & hasDescriptor) === 0 ? 'sized' : 'unsized';
    return end;
  }

  #takeSized(bytes: Buffer, at: number): number | undefined {
    const end = Math.min(bytes.length, at + this.#left);
    if (end > at) this.#sink?.take(bytes.subarray(at, end));
    this.#left -= end - at;
    if (this.#left > 0) return end > at ? end : undefined;
    this.#endEntry();
    return end;
  }

  /** The size stands behind it, and tells its true end from bytes that only look like one. */
  #takeUnsized(bytes: Buffer, at: number): number | undefined {
    let found = bytes.indexOf(descriptor, at);
    while (found >= 0 && found + descriptorBytes <= bytes.length) {
      const end = endOfDescriptor(bytes, found, this.#came + found - at);
      if (end !== undefined) {
        this.#give(bytes.subarray(at, found));
        this.#endEntry();
        return end;
      }
      found = bytes.indexOf(descriptor, found + 1);
    }
    const end = found >= 0 ? found : Math.max(at, bytes.length - descriptor.length + 1);
    this.#give(bytes.subarray(at, end));
    return end > at ? end : undefined;
  }

  #give(bytes: Buffer): void {
    if (bytes.length > 0) this.#sink?.take(bytes);
    this.#came += bytes.length;
  }

  #endEntry(): void {
    this.#sink?.end();
    this.#sink = undefined;
    this.#state = 'header';
  }
}

/** Where the descriptor of an entry of this size ends, with numbers of four bytes or of eight. */
function endOfDescriptor(bytes: Buffer, at: number, size: number): number | undefined {
  if (bytes.readUInt32LE(at + 8) === size && isSignature(bytes, at + 16)) return at + 16;
  if (Number(bytes.readBigUInt64LE(at + 8)) === size && isSignature(bytes, at + 24)) return at + 24;
  return undefined;
}

const isSignature = (bytes: Buffer, at: number): boolean => bytes[at] === 0x50 && bytes[at + 1] === 0x4b;

/** The packed size in a field for sizes of eight bytes, behind the unpacked one. */
function longSize(extra: Buffer): number {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === 1 && at + 20 <= extra.length) return Number(extra.readBigUInt64LE(at + 12));
  }
  return inExtraField;
}
