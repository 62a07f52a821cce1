/** An entry of a test's archive; what is left out is usual. */
export interface WrittenEntry {
  readonly name: string | Buffer;
  readonly type?: string;
  readonly body?: Buffer | string;
  readonly link?: string;
  readonly mode?: number;
  /** The size that the header gives, when it is not that of the body. */
  readonly size?: number;
  readonly modifiedAt?: number;
}

/** A block of a header (POSIX ustar) with the right checksum; `change` is called before it is computed. */
export function headerBlock(entry: WrittenEntry, change?: (block: Buffer) => void): Buffer {
  const block = Buffer.alloc(512);
  Buffer.from(entry.name).copy(block, 0, 0, 100);
  block.write(octal(entry.mode ?? 0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(entry.size ?? Buffer.from(entry.body ?? '').length, 11), 124);
  block.write(octal(entry.modifiedAt ?? 1_700_000_000, 11), 136);
  block.write(entry.type ?? '0', 156);
  block.write(entry.link ?? '', 157, 100);
  block.write('ustar\x0000', 257);
  change?.(block);
  block.fill(' ', 148, 156);
  block.write(
    octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    ),
    148,
  );
  block[154] = 0;
  return block;
}

/** An entry with its bytes, filled up to whole blocks. */
export function entryBlocks(entry: WrittenEntry, change?: (block: Buffer) => void): Buffer {
  const body = Buffer.from(entry.body ?? '');
  return Buffer.concat([headerBlock(entry, change), body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

/** An archive of these entries. */
export function archiveOf(entries: readonly WrittenEntry[]): Buffer {
  return Buffer.concat([...entries.map((entry) => entryBlocks(entry)), Buffer.alloc(1024)]);
}

/** An extended header with these records, as pax writes it. */
export function paxEntry(records: Readonly<Record<string, string>>): WrittenEntry {
  const body = Object.entries(records).map(([keyword, value]) => record(`${keyword}=${value}\n`));
  return { name: 'PaxHeader', type: 'x', body: body.join('') };
}

function record(text: string): string {
  const length = Buffer.byteLength(text) + 1;
  const digits = [1, 2, 3, 4, 5].find((count) => String(length + count).length === count) ?? 0;
  return `${length + digits} ${text}`;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
