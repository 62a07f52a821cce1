import type { ErrorCode } from './error-codes.ts';
import { decodePathSegments } from './path-segments.ts';
import type { RepositoryName } from './reference.ts';
import { parseRepositoryName } from './reference.ts';

/**
 * An endpoint of the distribution specification ("Endpoints"). `reference`, `digest` and `id` are decoded but
 * otherwise as they came: the handler parses them, because what a bad one means depends on the method.
 */
export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'tags'; readonly name: RepositoryName }
  | { readonly kind: 'manifest'; readonly name: RepositoryName; readonly reference: string }
  | { readonly kind: 'blob'; readonly name: RepositoryName; readonly digest: string }
  | { readonly kind: 'uploads'; readonly name: RepositoryName }
  | { readonly kind: 'upload'; readonly name: RepositoryName; readonly id: string }
  | { readonly kind: 'referrers'; readonly name: RepositoryName; readonly digest: string }
  | { readonly kind: 'extensions' }
  | { readonly kind: 'repository-extensions'; readonly name: RepositoryName };

/** A path that is meant for the API but cannot be served; `name` is what stood where a repository name belongs. */
export interface InvalidRoute {
  readonly kind: 'invalid';
  readonly code: ErrorCode;
  readonly name: string;
}

type Ending = (name: RepositoryName, last: string) => Route;

/** The endings of one fixed and one variable segment. */
const variableEndings: ReadonlyMap<string, Ending> = new Map<string, Ending>([
  ['manifests', (name, reference) => ({ kind: 'manifest', name, reference })],
  ['blobs', (name, digest) => ({ kind: 'blob', name, digest })],
  ['referrers', (name, digest) => ({ kind: 'referrers', name, digest })],
]);

/**
 * The endpoint a URL path (still encoded, without query) stands for; undefined when it is none of the API's.
 * Read from the right, because repository names contain slashes and may contain components such as `blobs`, `tags`
 * or `uploads`: what follows the name is the shortest ending that fits. A path with malformed percent-encoding,
 * a NUL, or a segment that is `.`, `..` or holds an encoded slash is invalid, and so is a wrong repository name.
 * `maxNameLength` is passed on to parseRepositoryName.
 */
export function parseRoute(path: string, maxNameLength = 255): Route | InvalidRoute | undefined {
  if (path === '/v2' || path === '/v2/') return { kind: 'base' };
  if (!path.startsWith('/v2/')) return undefined;
  const segments = decodePathSegments(path.slice('/v2/'.length));
  if (segments === undefined) return { kind: 'invalid', code: 'NAME_INVALID', name: path.slice('/v2/'.length) };
  return matchFixed(segments, maxNameLength) ?? matchVariable(segments, maxNameLength);
}

/** The last segments of the fixed endings: most paths have none of them. */
const lastOfFixed: ReadonlySet<string | undefined> = new Set(['_catalog', 'discover', 'list', 'uploads', '']);

function matchFixed(segments: readonly string[], maxNameLength: number): Route | InvalidRoute | undefined {
  if (!lastOfFixed.has(segments.at(-1))) return undefined;
  if (segments.length === 1 && segments[0] === '_catalog') return { kind: 'catalog' };
  if (endsWith(segments, ['_oci', 'ext', 'discover'])) {
    if (segments.length === 3) return { kind: 'extensions' };
    return named(segments.slice(0, -3), maxNameLength, (name) => ({ kind: 'repository-extensions', name }));
  }
  if (endsWith(segments, ['tags', 'list'])) return named(segments.slice(0, -2), maxNameLength, (name) => ({ kind: 'tags', name }));
  if (endsWith(segments, ['blobs', 'uploads'])) return named(segments.slice(0, -2), maxNameLength, (name) => ({ kind: 'uploads', name }));
  if (endsWith(segments, ['blobs', 'uploads', '']))
    return named(segments.slice(0, -3), maxNameLength, (name) => ({ kind: 'uploads', name }));
  return undefined;
}

function matchVariable(segments: readonly string[], maxNameLength: number): Route | InvalidRoute | undefined {
  const last = segments.at(-1) ?? '';
  if (last === '') return undefined;
  const ending = variableEndings.get(segments.at(-2) ?? '');
  if (ending !== undefined) return named(segments.slice(0, -2), maxNameLength, (name) => ending(name, last));
  if (!endsWith(segments.slice(0, -1), ['blobs', 'uploads'])) return undefined;
  return named(segments.slice(0, -3), maxNameLength, (name) => ({ kind: 'upload', name, id: last }));
}

function named(segments: readonly string[], maxNameLength: number, build: (name: RepositoryName) => Route): Route | InvalidRoute {
  const text = segments.join('/');
  const name = parseRepositoryName(text, maxNameLength);
  return name === undefined ? { kind: 'invalid', code: 'NAME_INVALID', name: text } : build(name);
}

function endsWith(segments: readonly string[], ending: readonly string[]): boolean {
  const start = segments.length - ending.length;
  return start >= 0 && ending.every((segment, index) => segments[start + index] === segment);
}
