const widths = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** The longest list that one statement takes. */
export const longestList = 256;

/** Cuts a list into pieces that `padded` takes. */
export function chunks<T>(values: readonly T[]): T[][] {
  const pieces: T[][] = [];
  for (let start = 0; start < values.length; start += longestList) pieces.push(values.slice(start, start + longestList));
  return pieces;
}

/**
 * Repeats the last value until the list has one of a few lengths, so that lists of any length share a few prepared
 * statements. Takes 1 to `longestList` values; right for `in (...)` and for inserts that ignore conflicts.
 */
export function padded<T>(values: readonly T[]): T[] {
  const last = values.at(-1);
  if (last === undefined) throw new RangeError('An empty list fits no statement');
  return filledUp(values, last);
}

/** The same with a value of its own behind the others, for rows that must not come twice: `filler` is one that matches nothing. */
export function filledUp<T>(values: readonly T[], filler: T): T[] {
  const width = widths.find((candidate) => candidate >= values.length);
  if (width === undefined) throw new RangeError(`A list of ${values.length} values fits no statement`);
  return [...values, ...new Array<T>(width - values.length).fill(filler)];
}

/** `?, ?, ?` for `count` values, or that many copies of `each`. */
export function placeholders(count: number, each = '?'): string {
  return new Array<string>(count).fill(each).join(', ');
}

/** `(values (?, ?), ...)` for `count` pairs of ids. Without the casts PostgreSQL takes them for text. */
export function idPairs(count: number): string {
  return `(values ${placeholders(count, '(cast(? as bigint), cast(? as bigint))')})`;
}
