/** A span of bytes, both ends inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a Range header asks for: `none` means answer with the whole content, `too-many` and `unsatisfiable` 416. */
export type RangeRequest =
  | { readonly kind: 'none' }
  | { readonly kind: 'ranges'; readonly ranges: readonly ByteRange[] }
  | { readonly kind: 'unsatisfiable' }
  | { readonly kind: 'too-many' };

/** The most ranges one request may ask for. */
export const maxRanges = 16;

const rangeSpec = /^(?:([0-9]+)-([0-9]*)|-([0-9]+))$/;

/**
 * Reads a Range header for content of `sizeBytes` (RFC 9110 section 14.2). An absent header, another unit and
 * malformed syntax are ignored, as the RFC has it; a range that ends before it starts, which the RFC lets a server
 * ignore or reject, is rejected as the conformance suite expects. Ranges are clipped to the content and kept in the order asked for,
 * overlaps included, unless together they ask for more bytes than there are: then they are sorted and merged
 * (RFC 9110 section 17.15). A suffix of empty content is answered with that empty content.
 */
export function parseRange(header: string | undefined, sizeBytes: number): RangeRequest {
  const equals = header?.indexOf('=') ?? -1;
  if (header === undefined || equals < 0 || header.slice(0, equals).toLowerCase() !== 'bytes') return { kind: 'none' };
  const ranges: ByteRange[] = [];
  let count = 0;
  for (const text of header.slice(equals + 1).split(',')) {
    const spec = text.trim();
    if (spec === '') continue;
    const match = rangeSpec.exec(spec);
    if (match === null) return { kind: 'none' };
    const range = resolve(match, sizeBytes);
    if (range === 'backwards') return { kind: 'unsatisfiable' };
    count += 1;
    if (count > maxRanges) return { kind: 'too-many' };
    if (range === 'all-of-nothing') return { kind: 'none' };
    if (range !== undefined) ranges.push(range);
  }
  if (count === 0) return { kind: 'none' };
  if (ranges.length === 0) return { kind: 'unsatisfiable' };
  const askedBytes = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  return { kind: 'ranges', ranges: askedBytes > sizeBytes ? coalesceRanges(ranges) : ranges };
}

/** The same bytes in ascending ranges that neither overlap nor touch. */
export function coalesceRanges(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const merged: ByteRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || range.start > last.end + 1) merged.push(range);
    else if (range.end > last.end) merged[merged.length - 1] = { start: last.start, end: range.end };
  }
  return merged;
}

function resolve(match: RegExpExecArray, sizeBytes: number): ByteRange | 'backwards' | 'all-of-nothing' | undefined {
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), sizeBytes);
    if (sizeBytes === 0 && Number(suffix) > 0) return 'all-of-nothing';
    return length === 0 ? undefined : { start: sizeBytes - length, end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === '' || last === undefined ? Number.POSITIVE_INFINITY : Number(last);
  if (end < start) return 'backwards';
  return start >= sizeBytes ? undefined : { start, end: Math.min(end, sizeBytes - 1) };
}
