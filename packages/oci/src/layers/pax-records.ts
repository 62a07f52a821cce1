import { ArchiveFault } from './tar-header.ts';

/** Keyword -> value, of an extended header (POSIX.1-2001, pax Extended Header). A value that is empty takes an earlier one back. */
export type PaxRecords = ReadonlyMap<string, Buffer>;

/**
 * Reads `<length> <keyword>=<value>\n` again and again. `GNU.sparse.offset` and `.numbytes` come many times, in turns: they are joined to
 * what version 0.1 of that format has. Throws `ArchiveFault`.
 */
export function readPaxRecords(bytes: Buffer): PaxRecords {
  const records = new Map<string, Buffer>();
  const sparse: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const blank = bytes.indexOf(0x20, at);
    const length = blank < 0 || blank - at > 8 ? Number.NaN : Number(bytes.toString('latin1', at, blank));
    const end = at + length;
    const equals = bytes.indexOf(0x3d, blank);
    if (!(end <= bytes.length) || equals < 0 || equals >= end || bytes[end - 1] !== 0x0a) {
      // What is left of the block may be zeros.
      if (bytes[at] === 0) break;
      throw new ArchiveFault('an extended header of it is damaged');
    }
    const keyword = bytes.toString('utf8', blank + 1, equals);
    const value = bytes.subarray(equals + 1, end - 1);
    if (keyword === 'GNU.sparse.offset' || keyword === 'GNU.sparse.numbytes') sparse.push(value.toString('latin1'));
    else records.set(keyword, value);
    at = end;
  }
  if (sparse.length > 0) records.set('GNU.sparse.map', Buffer.from(sparse.join(',')));
  return records;
}

/** A number of an extended header; undefined when it is not there. */
export function paxNumber(records: PaxRecords, keyword: string): number | undefined {
  const value = records.get(keyword);
  if (value === undefined || value.length === 0) return undefined;
  const number = Number(value.toString('latin1'));
  if (!Number.isFinite(number)) throw new ArchiveFault(`an extended header of it gives no number for ${keyword}`);
  return number;
}

/** A length of an extended header; undefined when it is not there. */
export function paxSize(records: PaxRecords, keyword: string): number | undefined {
  const size = paxNumber(records, keyword);
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) {
    throw new ArchiveFault(`an extended header of it gives no size for ${keyword}`);
  }
  return size;
}
