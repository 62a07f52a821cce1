import type { Condition } from './garbage-conditions.ts';

/** Sorts after every name that begins with a prefix before it: no name has a character beyond ~. */
const end = '\u007f';

/**
 * The names of a page: behind `after`, and those that begin with a prefix. Only one lower bound: of two SQLite takes either for the index, and may
 * go through all names before the prefix.
 */
export function namesOfPage(column: string, after: string, prefix: string | undefined): Condition {
  if (prefix === undefined) return { text: `${column} > ?`, params: [after] };
  const isBegun = after >= prefix;
  return { text: `${column} ${isBegun ? '>' : '>='} ? and ${column} < ?`, params: [isBegun ? after : prefix, `${prefix}${end}`] };
}
