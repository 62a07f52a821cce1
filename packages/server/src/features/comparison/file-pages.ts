import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type ComparisonPage, type ComparisonStore, type FileChange, fileChanges } from '../../registry/ports/comparison-store.ts';
import type { FileDifference } from '../../registry/ports/image-comparer.ts';

/** A page is read whole for each of its entries: the fewer, the more rows. */
const pageEntries = 500;
const pageCharacters = 256 * 1024;
/** An entry may have a path and a target of 4096 characters, and their escapes. */
const mostUnpackedBytes = 8 * 1024 * 1024;
/** Pages that are written in one transaction. */
const batchPages = 16;

/** Packs files, as they come by path, into pages for each kind of change. */
export class FilePages {
  readonly #keep: (pages: readonly ComparisonPage[]) => Promise<void>;
  readonly #open: Record<FileChange, { files: string[]; characters: number; lastPath: string }>;
  #pages: ComparisonPage[] = [];

  constructor(keep: (pages: readonly ComparisonPage[]) => Promise<void>) {
    this.#keep = keep;
    const empty = () => ({ files: [], characters: 0, lastPath: '' });
    this.#open = { added: empty(), removed: empty(), changed: empty() };
  }

  async add(files: readonly FileDifference[]): Promise<void> {
    for (const file of files) {
      const text = JSON.stringify(file);
      const page = this.#open[file.change];
      page.files.push(text);
      page.characters += text.length;
      page.lastPath = file.path;
      if (page.files.length >= pageEntries || page.characters >= pageCharacters) await this.#close(file.change);
    }
  }

  async end(): Promise<void> {
    for (const change of fileChanges) await this.#close(change);
    if (this.#pages.length > 0) await this.#keep(this.#pages);
    this.#pages = [];
  }

  async #close(change: FileChange): Promise<void> {
    const { files, lastPath } = this.#open[change];
    if (files.length === 0) return;
    this.#open[change] = { files: [], characters: 0, lastPath: '' };
    this.#pages.push({ change, lastPath, entries: await promisify(gzip)(`[${files.join(',')}]`) });
    if (this.#pages.length < batchPages) return;
    await this.#keep(this.#pages);
    this.#pages = [];
  }
}

/** Which files are wanted: of one kind of change or of all, with paths that begin so or all. */
export interface FileFilter {
  readonly change: FileChange | undefined;
  readonly prefix: string | undefined;
}

/** The files behind `after`, by the bytes of their paths; one more than `limit` when there are more. */
export async function listFiles(
  store: ComparisonStore,
  id: number,
  { change, prefix }: FileFilter,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<{ items: FileDifference[]; more: boolean }> {
  const range = rangeOf(prefix, after);
  const files: FileDifference[] = [];
  // One after the other: a list takes one connection.
  for (const each of change === undefined ? fileChanges : [change]) files.push(...(await filesIn(store, id, each, range, limit + 1)));
  files.sort((left, right) => byBytes(left.path, right.path));
  return { items: files.slice(0, limit), more: files.length > limit };
}

/** The file at exactly this path, if it differs. */
export async function findFile(store: ComparisonStore, id: number, path: string): Promise<FileDifference | undefined> {
  for (const change of fileChanges) {
    const [found] = await filesIn(store, id, change, { from: path, to: next(path) }, 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Paths from `from` on and before `to`; undefined: to the end. */
interface PathRange {
  readonly from: string;
  readonly to: string | undefined;
}

/** No path has a character before this one. */
const next = (path: string) => `${path}\u0001`;

function rangeOf(prefix = '', after: string | undefined): PathRange {
  const from = after === undefined ? '' : next(after);
  // No character is behind the last one.
  return { from: byBytes(from, prefix) > 0 ? from : prefix, to: prefix === '' ? undefined : `${prefix}\u{10ffff}` };
}

async function filesIn(store: ComparisonStore, id: number, change: FileChange, { from, to }: PathRange, limit: number) {
  const files: FileDifference[] = [];
  for (let start = from; files.length < limit; ) {
    const page = await store.findComparisonPage(id, change, start);
    if (page === undefined) break;
    for (const file of await unpacked(page)) {
      if (byBytes(file.path, from) >= 0 && (to === undefined || byBytes(file.path, to) < 0) && files.length < limit) files.push(file);
    }
    if (to !== undefined && byBytes(page.lastPath, to) >= 0) break;
    start = next(page.lastPath);
  }
  return files;
}

async function unpacked({ entries }: ComparisonPage): Promise<FileDifference[]> {
  const bytes = await promisify(gunzip)(entries, { maxOutputLength: mostUnpackedBytes });
  return JSON.parse(bytes.toString('utf8')) as FileDifference[];
}

const byBytes = (left: string, right: string) => (left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right)));
