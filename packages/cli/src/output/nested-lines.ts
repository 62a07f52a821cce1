import { headingsOf, padded, tableOf, widthOf } from './table.ts';

/** How parts of a value are read. */
export interface NestedReading {
  /** One cell, by the name of its member. */
  readonly cell: (name: string, value: unknown) => string;
  /** What a member is called. */
  readonly memberName: (name: string) => string;
  /** What is said above a column. */
  readonly heading: (text: string) => string;
  /** The width that lines may have. */
  readonly columns: number;
}

type Members = Readonly<Record<string, unknown>>;

const indent = '  ';
const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);

/**
 * The members of a thing one below the other: lists of things as tables, things in it by their own members, each further in. `around`: the name
 * of the member that the thing is, of which the numbers in it may be what that says: `totalBytes` with `from` and `to`.
 */
export function nestedLines(thing: Members, reading: NestedReading, around = ''): readonly string[] {
  const entries = Object.entries(thing).map(([key, value]) => ({ key, value, name: reading.memberName(key) }));
  const plain = entries.filter(({ value }) => !isNested(value));
  const width = Math.max(0, ...plain.map(({ name }) => widthOf(name)));
  const within = { ...reading, columns: reading.columns - indent.length };
  return entries.flatMap(({ key, value, name }) => {
    if (isNested(value))
      return [name, ...(isMembers(value) ? nestedLines(value, within, key) : tableLines(value, within)).map((line) => indent + line)];
    return [`${padded(name, width)}${indent}${isEmpty(value) ? '-' : reading.cell(/bytes$/i.test(around) ? around : key, value)}`];
  });
}

function isNested(value: unknown): value is Members | readonly Members[] {
  if (isEmpty(value)) return false;
  return isMembers(value) || (Array.isArray(value) && value.every(isMembers));
}

/** A column for every member that any of them has, and for every member of such a member. */
function tableLines(given: readonly Members[], { cell, heading, columns }: NestedReading): readonly string[] {
  const things = given.map(flattened);
  const keys = [...new Set(things.flatMap((thing) => Object.keys(thing)))].filter((key) => things.some((thing) => !isEmpty(thing[key])));
  const rows = things.map((thing) => keys.map((key) => (isEmpty(thing[key]) ? '-' : cell(key.split('.').at(-1) ?? key, thing[key]))));
  const headings = headingsOf(keys).map(heading);
  const table = tableOf(headings, rows, columns);
  return [headings, ...rows].map(table.line);
}

/** With the members of members by their paths: `summary.tagsKept`. */
function flattened(thing: Members): Members {
  const entries = Object.entries(thing).flatMap(([key, value]) =>
    isMembers(value) ? Object.entries(value).map(([inner, one]) => [`${key}.${inner}`, one] as const) : [[key, value] as const],
  );
  return Object.fromEntries(entries);
}
