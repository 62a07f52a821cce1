/** A part of a program that is loaded, and where it lies in the file. */
export interface LoadedPart {
  readonly offset: number;
  readonly length: number;
  readonly address: number;
  readonly isWritable: boolean;
}

/** How a program of Linux says where its parts are (elf(5)). */
export interface ElfHead {
  readonly parts: readonly LoadedPart[];
  readonly isLittleEndian: boolean;
}

const magic = Buffer.from('\x7fELF', 'latin1');
const [program, library] = [2, 3];
const [loadType, executeFlag, writeFlag] = [1, 1, 2];
/** A program has about ten. */
const mostParts = 64;

/** Whether these first bytes may be of a program. */
function mayBeElf(start: Uint8Array): boolean {
  const compared = Math.min(start.length, magic.length);
  return magic.subarray(0, compared).equals(start.subarray(0, compared));
}

/** Reads it from the first bytes of a file: `more` when it takes more of them, undefined when it is no program and no library. */
export function readElfHead(start: Buffer): ElfHead | 'more' | undefined {
  if (!mayBeElf(start)) return undefined;
  if (start.length < 64) return 'more';
  const [is64, isLittleEndian] = [start[4] === 2, start[5] === 1];
  const number = (at: number, bytes: 2 | 4 | 8): number => {
    if (bytes === 8) return Number(isLittleEndian ? start.readBigUInt64LE(at) : start.readBigUInt64BE(at));
    return isLittleEndian ? start.readUIntLE(at, bytes) : start.readUIntBE(at, bytes);
  };
  const type = number(16, 2);
  if (type !== program && type !== library) return undefined;
  const [table, entryBytes, count] = is64
    ? ([number(32, 8), number(54, 2), number(56, 2)] as const)
    : ([number(28, 4), number(42, 2), number(44, 2)] as const);
  // Whatever links programs puts the table behind the head.
  if (table > 4096 || count > mostParts || entryBytes < (is64 ? 56 : 32)) return undefined;
  if (table + count * entryBytes > start.length) return 'more';
  const parts: LoadedPart[] = [];
  for (let at = table; at < table + count * entryBytes; at += entryBytes) {
    if (number(at, 4) !== loadType) continue;
    const flags = number(at + (is64 ? 4 : 24), 4);
    const [offset, address, length] = is64
      ? ([number(at + 8, 8), number(at + 16, 8), number(at + 32, 8)] as const)
      : ([number(at + 4, 4), number(at + 8, 4), number(at + 16, 4)] as const);
    parts.push({ offset, length, address, isWritable: (flags & (writeFlag | executeFlag)) === writeFlag });
  }
  return { parts, isLittleEndian };
}
