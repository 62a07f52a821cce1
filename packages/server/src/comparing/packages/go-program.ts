import { type ElfHead, mostHeadBytes, readElfHead } from './elf-head.ts';
import { goNoteMagic, goPackages } from './go-modules.ts';
import type { InstalledPackage } from './installed-package.ts';
import { hasOldNote, readOldNote } from './old-go-note.ts';
import type { PackageScan } from './package-scan.ts';

const alignment = 16;
const headBytes = 32;
const [flagsPlace, inlineFlag] = [15, 2];
/** The list of the largest programs known has 100 KB. */
const mostNoteBytes = 1024 * 1024;

/** Programs of Go before 1.18 are kept whole. */
const mostOldBytes = 32 * 1024 * 1024;

/**
 * Finds what Go's linker notes in programs and libraries of Linux (debug/buildinfo): where the data begins that may be written. Since Go 1.18 the
 * note has the texts in it, and nothing else of a program is kept; before, it leads to texts that come before it.
 */
export class GoProgram implements PackageScan {
  readonly #sizeBytes: number;
  #state: 'head' | 'search' | 'note' | 'whole' | 'done' = 'head';
  /** What was kept of the bytes before the next piece. */
  #kept = Buffer.alloc(0);
  /** Where in the file the next piece begins, and where the data does. */
  #position = 0;
  #dataStart = 0;
  /** Of a program that is kept whole. */
  #old: { readonly head: ElfHead; readonly bytes: Buffer } | undefined;
  #found: InstalledPackage[] = [];

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
  }

  take(piece: Uint8Array): void {
    if (this.#state === 'head') this.#readHead(piece);
    if (this.#state === 'search') this.#search(piece);
    else if (this.#state === 'note') this.#readNote(Buffer.concat([this.#kept, piece]));
    else if (this.#state === 'whole') this.#old?.bytes.set(piece, this.#position);
    this.#position += piece.length;
  }

  end(): InstalledPackage[] {
    const note = this.#old && readOldNote(this.#old.bytes, this.#old.head);
    return note === undefined ? this.#found : goPackages(note.version, note.framed);
  }

  #readHead(piece: Uint8Array): void {
    const start = Buffer.concat([this.#kept, piece.subarray(0, mostHeadBytes - this.#kept.length)]);
    const head = readElfHead(start);
    if (head === 'more' && start.length < mostHeadBytes) {
      this.#kept = start;
      return;
    }
    const before = this.#kept;
    this.#kept = Buffer.alloc(0);
    this.#state = 'done';
    // No program of Go is so small that its data begins in its head.
    if (head === 'more' || head?.data === undefined || head.data.offset < mostHeadBytes) return;
    this.#dataStart = head.data.offset;
    if (!hasOldNote(head)) this.#state = 'search';
    else if (this.#sizeBytes <= mostOldBytes) {
      this.#old = { head, bytes: Buffer.alloc(this.#sizeBytes) };
      this.#old.bytes.set(before);
      this.#state = 'whole';
    }
  }

  #search(piece: Uint8Array): void {
    const skipped = Math.max(0, this.#dataStart - this.#position);
    if (skipped >= piece.length) return;
    const bytes = Buffer.concat([this.#kept, piece.subarray(skipped)]);
    const first = this.#position + piece.length - bytes.length;
    for (let at = bytes.indexOf(goNoteMagic); at >= 0; at = bytes.indexOf(goNoteMagic, at + 1)) {
      if ((first + at) % alignment !== 0) continue;
      this.#readNote(bytes.subarray(at));
      return;
    }
    this.#kept = Buffer.from(bytes.subarray(1 - goNoteMagic.length));
  }

  #readNote(bytes: Buffer): void {
    const note = noteOf(bytes);
    if (note === 'more' && bytes.length < mostNoteBytes) {
      this.#state = 'note';
      this.#kept = Buffer.from(bytes);
      return;
    }
    this.#state = 'done';
    this.#kept = Buffer.alloc(0);
    if (note !== 'more' && note !== undefined) this.#found = goPackages(note.version, note.framed);
  }
}

/** The version of Go, and the list of modules in its frame. */
function noteOf(bytes: Buffer): { version: Buffer; framed: Buffer } | 'more' | undefined {
  if (bytes.length < headBytes) return 'more';
  if (((bytes[flagsPlace] ?? 0) & inlineFlag) === 0) return undefined;
  const version = textAt(bytes, headBytes);
  if (typeof version !== 'object') return version;
  const framed = textAt(bytes, version.end);
  if (typeof framed !== 'object') return framed;
  return { version: version.text, framed: framed.text };
}

/** A text behind its length, a number of seven bits in each byte, the lowest first. */
function textAt(bytes: Buffer, start: number): { text: Buffer; end: number } | 'more' | undefined {
  let length = 0;
  for (let at = start; at < start + 4; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return 'more';
    length += (byte & 0x7f) * 128 ** (at - start);
    if (byte >= 0x80) continue;
    const end = at + 1 + length;
    if (end > bytes.length) return length > mostNoteBytes ? undefined : 'more';
    return { text: bytes.subarray(at + 1, end), end };
  }
  return undefined;
}
