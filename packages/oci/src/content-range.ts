import type { ByteRange } from './range.ts';

const uploadRange = /^(?:bytes[ =])?([0-9]{1,16})-([0-9]{1,16})(?:\/(\*|[0-9]{1,16}))?$/;
const longestHeader = 64;

/**
 * The Content-Range of an upload chunk: `0-99` (distribution specification, "Pushing a blob in chunks") or, as some
 * clients send it, `bytes 0-99/*` or with a total. Undefined when malformed, reversed, past its total or past 2^53.
 */
export function parseContentRange(header: string): ByteRange | undefined {
  const match = header.length > longestHeader ? null : uploadRange.exec(header.trim());
  if (match === null) return undefined;
  const start = Number(match[1]);
  const end = Number(match[2]);
  const total = match[3] === undefined || match[3] === '*' ? Number.POSITIVE_INFINITY : Number(match[3]);
  return start <= end && end < total && Number.isSafeInteger(end) ? { start, end } : undefined;
}

/** The Content-Range of an upload chunk as the distribution specification writes it: `0-99`. */
export function formatUploadContentRange({ start, end }: ByteRange): string {
  return `${start}-${end}`;
}

/**
 * The Range header for an upload session that holds `offset` bytes: `0-<offset-1>`. An empty session has no way to
 * be written in this grammar; `0-0` is what registries answer and clients expect for it.
 */
export function formatUploadRange(offset: number): string {
  return `0-${Math.max(0, offset - 1)}`;
}

/** The Content-Range of a 206 answer (RFC 9110 section 14.4): `bytes 0-99/1000`. */
export function formatContentRange({ start, end }: ByteRange, sizeBytes: number): string {
  return `bytes ${start}-${end}/${sizeBytes}`;
}

/** The Content-Range of a 416 answer to a Range request (RFC 9110 section 15.5.17): an asterisk, then the size. */
export function formatUnsatisfiedRange(sizeBytes: number): string {
  return `bytes */${sizeBytes}`;
}
