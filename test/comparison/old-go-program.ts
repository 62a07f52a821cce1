/**
 * A program as Go before 1.18 linked it, with nothing in it but its head, the note, and the texts that this leads to (debug/buildinfo): for a machine
 * of 64 bits with the lowest byte first, or of 32 bits with the highest first.
 */
export function oldGoProgram(bits: 32 | 64, version: string, modules: string): Buffer {
  const bytes = Buffer.alloc(400_000);
  const number = (at: number, length: 2 | 4 | 8, value: number) => {
    if (bits === 32) bytes.writeUIntBE(value, at, length === 8 ? 4 : length);
    else if (length === 8) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUIntLE(value, at, length);
  };
  const long = bits / 8 === 8 ? 8 : 4;
  const [texts, data, base] = [20_000, 100_000, 0x400000];
  const pick = <Value>(narrow: Value, wide: Value) => (bits === 32 ? narrow : wide);
  bytes.write('\x7fELF', 'latin1');
  bytes.set([pick(1, 2), pick(2, 1)], 4);
  number(16, 2, 2);
  const tables = pick([28, 52, 42, 32, 44], [32, 64, 54, 56, 56]) as [number, number, number, number, number];
  const [parts, partBytes] = [tables[1], tables[3]];
  number(tables[0], long as 8, parts);
  number(tables[2], 2, partBytes);
  number(tables[4], 2, 2);
  for (const [at, start, flags] of [
    [parts, 0, 4],
    [parts + partBytes, data, 6],
  ] as const) {
    number(at, 4, 1);
    number(at + pick(24, 4), 4, flags);
    const places = pick([4, 8, 16], [8, 16, 32]);
    for (const [index, value] of [start, base + start, data].entries()) number(at + (places[index] ?? 0), 8, value);
  }
  const section = 1024;
  number(pick(32, 40), 8, section);
  number(pick(46, 58), 2, pick(40, 64));
  number(pick(48, 60), 2, 1);
  for (const [index, value] of [base + data, data, 32].entries())
    number(section + (pick([12, 16, 20], [16, 24, 32])[index] ?? 0), 8, value);
  bytes.write('\xff Go buildinf:', data, 'latin1');
  bytes.set([long, pick(1, 0)], data + 14);
  let end = texts;
  for (const [index, text] of [version, `${'<'.repeat(16)}${modules}${'>'.repeat(16)}`].entries()) {
    const header = data + 64 + 16 * index;
    number(data + 16 + long * index, 8, base + header);
    number(header, 8, base + end);
    number(header + long, 8, text.length);
    end += bytes.write(text, end);
  }
  return bytes;
}
