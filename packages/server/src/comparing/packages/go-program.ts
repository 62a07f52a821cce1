import { type ElfHead, type LoadedPart, readElfHead } from './elf-head.ts';
import { goPackages } from './go-modules.ts';
import type { InstalledPackage } from './installed-package.ts';
import type { PackageScan } from './package-scan.ts';

const magic = Buffer.from('\xff Go buildinf:', 'latin1');
const alignment = 16;
const headBytes = 32;
const [flagsPlace, inlineFlag] = [15, 2];
/** What is written around the list of modules, so that it is found in programs by who knows nothing of their form. */
const frameBytes = 16;
const mostHeadBytes = 8192;
/** The list of the largest programs known has 100 KB. */
const mostNoteBytes = 1024 * 1024;

/**
 * Finds what Go's linker notes in programs and libraries of Linux (debug/buildinfo), as it has since Go 1.18: where the data begins that may be
 * written. Holds the note and nothing else of a program.
 */
export class GoProgram implements PackageScan {
  #state: 'head' | 'search' | 'note' | 'done' = 'head';
  /** What was kept of the bytes before the next piece. */
  #kept = Buffer.alloc(0);
  /** Where in the file the next piece begins, and where the data does. */
  #position = 0;
  #dataStart = 0;
  #found: InstalledPackage[] = [];

  take(piece: Uint8Array): void {
    if (this.#state === 'head') this.#readHead(piece);
    if (this.#state === 'search') this.#search(piece);
    else if (this.#state === 'note') this.#readNote(Buffer.concat([this.#kept, piece]));
    this.#position += piece.length;
  }

  end(): InstalledPackage[] {
    return this.#found;
  }

  #readHead(piece: Uint8Array): void {
    const start = Buffer.concat([this.#kept, piece.subarray(0, mostHeadBytes - this.#kept.length)]);
    const head = readElfHead(start);
    if (head === 'more' && start.length < mostHeadBytes) {
      this.#kept = start;
      return;
    }
    this.#kept = Buffer.alloc(0);
    const data = dataOf(head);
    // No program of Go is so small that its data begins in its head.
    const isSearched = data !== undefined && data.offset >= mostHeadBytes;
    this.#dataStart = data?.offset ?? 0;
    this.#state = isSearched ? 'search' : 'done';
  }

  #search(piece: Uint8Array): void {
    const skipped = Math.max(0, this.#dataStart - this.#position);
    if (skipped >= piece.length) return;
    const bytes = Buffer.concat([this.#kept, piece.subarray(skipped)]);
    const first = this.#position + piece.length - bytes.length;
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
      if ((first + at) % alignment !== 0) continue;
      this.#readNote(bytes.subarray(at));
      return;
    }
    this.#kept = Buffer.from(bytes.subarray(-magic.length + 1));
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
    if (note !== 'more' && note !== undefined) this.#found = goPackages(note.version, note.modules);
  }
}

function dataOf(head: ElfHead | 'more' | undefined): LoadedPart | undefined {
  return head === 'more' ? undefined : head?.parts.find(({ isWritable }) => isWritable);
}

/** The version of Go, and the list of modules, which is empty in programs that were built without modules. */
function noteOf(bytes: Buffer): { version: string; modules: string } | 'more' | undefined {
  if (bytes.length < headBytes) return 'more';
  if (((bytes[flagsPlace] ?? 0) & inlineFlag) === 0) return undefined;
  const version = textAt(bytes, headBytes);
  if (typeof version !== 'object') return version;
  const framed = textAt(bytes, version.end);
  if (typeof framed !== 'object') return framed;
  return { version: version.text.toString('utf8'), modules: framed.text.subarray(frameBytes, -frameBytes).toString('utf8') };
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
