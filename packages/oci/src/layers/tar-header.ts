/** What is wrong with an archive, in half a sentence. */
export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault';
}

/** A header block as it is written (POSIX.1-1988 `ustar`, with what GNU tar does in its place). */
export interface TarHeader {
  readonly name: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  /** One character; that of a regular file is `0`. */
  readonly type: string;
  readonly link: Buffer;
}

export const blockBytes = 512;

/** Reads one block; undefined when it is all zeros. Throws `ArchiveFault`. */
export function readHeader(block: Buffer): TarHeader | undefined {
  const sum = sumOf(block);
  if (sum.unsigned === 8 * 0x20) return undefined;
  const expected = numberIn(block, 148, 8);
  if (expected !== sum.unsigned && expected !== sum.signed) throw new ArchiveFault('a header of it is damaged, or it is no tar archive');
  const type = String.fromCharCode(block[156] || 0x30);
  const prefix = hasPrefix(block) ? textIn(block, 345, 155) : Buffer.alloc(0);
  const name = textIn(block, 0, 100);
  return {
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    mode: numberIn(block, 100, 8) & 0o7777,
    uid: numberIn(block, 108, 8),
    gid: numberIn(block, 116, 8),
    sizeBytes: sizeIn(block, 124, 12),
    modifiedAt: numberIn(block, 136, 12),
    type: type === '7' ? '0' : type,
    link: textIn(block, 157, 100),
  };
}

/** A length or an offset, which must be exact. */
export function sizeIn(block: Buffer, start: number, length: number): number {
  const value = numberIn(block, start, length);
  if (!Number.isSafeInteger(value) || value < 0) throw new ArchiveFault('a header of it gives a size that cannot be');
  return value;
}

/** Octal text, or with the highest bit set a big-endian number in two's complement (GNU). */
function numberIn(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  if (first >= 0x80) {
    let value = (first & 0x7f) >= 0x40 ? (first & 0x7f) - 0x80 : first & 0x7f;
    for (let at = start + 1; at < start + length; at += 1) value = value * 256 + (block[at] ?? 0);
    return value;
  }
  let value = 0;
  for (let at = start; at < start + length; at += 1) {
    const byte = block[at] ?? 0;
    if (byte === 0x20 && value === 0) continue;
    if (byte < 0x30 || byte > 0x37) break;
    value = value * 8 + byte - 0x30;
  }
  return value;
}

function textIn(block: Buffer, start: number, length: number): Buffer {
  const end = block.indexOf(0, start);
  return block.subarray(start, end < 0 || end > start + length ? start + length : end);
}

/** In archives of GNU tar other things stand in the place of the prefix. */
function hasPrefix(block: Buffer): boolean {
  return block.toString('latin1', 257, 263) === 'ustar\0';
}

/** Old programs added the bytes as signed ones. */
function sumOf(block: Buffer): { unsigned: number; signed: number } {
  let [unsigned, high] = [8 * 0x20, 0];
  for (let at = 0; at < blockBytes; at += 1) {
    if (at === 148) at = 156;
    const byte = block[at] ?? 0;
    unsigned += byte;
    if (byte >= 0x80) high += 1;
  }
  return { unsigned, signed: unsigned - high * 256 };
}
