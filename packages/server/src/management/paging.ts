import { createHash } from 'node:crypto';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/schema';
import { ApiError } from './problems.ts';

/** How many entries a page has when nobody says. */
const usualLimit = 50;

/** The two parameters of every list. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: usualLimit, description: 'Entries of a page at most.' })),
  cursor: Type.Optional(
    Type.String({ maxLength: 2048, description: 'Where the page begins: `next` of the page before. Good only for the same list.' }),
  ),
};

/** The orders that a list offers, the usual one first; a minus means descending. Nothing else reaches a statement. */
export function sortedBy<const O extends readonly [string, ...string[]]>(...orders: O) {
  const schema = Type.Enum([...orders], { default: orders[0], description: 'The order of the list; a minus means descending.' });
  return Type.Optional(Type.Unsafe<O[number]>(schema));
}

/** A page of a list. */
export function listOf<T extends TSchema>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    next: Type.Optional(
      Type.String({
        description: 'The cursor of the next page; absent on the last one alone, even when this one holds fewer entries than `limit`.',
      }),
    ),
  });
}

/** What a cursor is good for, and where it begins. */
interface ListRequest {
  readonly operationId: string;
  readonly params: unknown;
  readonly query: unknown;
}

/** The page that a request asks for. */
export interface WantedPage<K> {
  readonly limit: number;
  /** The keys of the last entry of the page before; undefined: from the beginning. */
  readonly after: K | undefined;
}

const validators = new WeakMap<TSchema, Validator>();

/** Reads limit and cursor; `keys` is the form of an entry's sort keys. Throws `invalid-cursor`. */
export function pageOf<K extends TSchema>(
  request: ListRequest & { query: Static<typeof pageQueryObject> },
  keys: K,
): WantedPage<Static<K>> {
  const { limit = usualLimit, cursor } = request.query;
  return { limit, after: cursor === undefined ? undefined : keysIn(cursor, request, keys) };
}

const pageQueryObject = Type.Object(pageQuery);

/** The answer of a list: the page, and the cursor behind its last entry when there is more. */
export function listed<T, B>(
  request: ListRequest,
  page: { readonly items: readonly T[]; readonly more: boolean },
  keysOf: (item: T) => unknown,
  show: (item: T) => B,
): { status: 200; body: { items: B[]; next?: string }; next: string | undefined } {
  const last = page.items.at(-1);
  return listedUntil(request, page.items.map(show), page.more && last !== undefined ? keysOf(last) : undefined);
}

/** The same for a page that may end before it is full, even show nothing, and knows itself where the next one begins; undefined: nowhere. */
export function listedUntil<B>(
  request: ListRequest,
  items: B[],
  keys: unknown,
): { status: 200; body: { items: B[]; next?: string }; next: string | undefined } {
  const next = keys === undefined ? undefined : cursorOf(request, keys);
  return { status: 200, body: { items, ...(next !== undefined && { next }) }, next };
}

function cursorOf(request: ListRequest, keys: unknown): string {
  return Buffer.from(JSON.stringify([listId(request), keys])).toString('base64url');
}

function keysIn<K extends TSchema>(cursor: string, request: ListRequest, keys: K): Static<K> {
  const [list, value] = parseCursor(cursor);
  if (list !== listId(request)) {
    throw new ApiError('invalid-cursor', { detail: 'This cursor is of another list: begin again without one, or keep sort and filters.' });
  }
  const validator = validators.get(keys) ?? Compile(keys);
  validators.set(keys, validator as Validator);
  if (!validator.Check(value) || !isStorable(value)) throw malformed();
  return value as Static<K>;
}

/** Whether databases take every value in it: none takes integers that are not exact here, and PostgreSQL no text with a zero character. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  return typeof value !== 'object' || value === null || Object.values(value).every(isStorable);
}

function parseCursor(cursor: string): readonly unknown[] {
  const bytes = Buffer.from(cursor, 'base64url');
  // Buffer skips whatever is not base64url; only what encodes back to the same text is a cursor of ours.
  if (bytes.toString('base64url') !== cursor) throw malformed();
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    if (Array.isArray(parsed) && parsed.length === 2) return parsed;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw malformed();
}

const malformed = () => new ApiError('invalid-cursor', { detail: 'This is no cursor of this list: take `next` of a page as it is.' });

/** The same for the same operation with the same parameters, sort and filters. */
function listId({ operationId, params, query }: ListRequest): string {
  const filters = Object.entries(query as object).filter(([name]) => name !== 'limit' && name !== 'cursor');
  const text = JSON.stringify([operationId, params, filters.sort(([a], [b]) => (a < b ? -1 : 1))]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
