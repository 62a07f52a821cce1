import { directoryOf, inDirectory, LinkFollower } from './followed-links.ts';
import type { LayerEntry, LayerIndex } from './layer-entry.ts';

/** An entry of an image's file system, and which layer it comes from: its place among them, the lowest 0. */
export interface ImageEntry extends LayerEntry {
  readonly layer: number;
}

/** How many names of a directory are read of each layer at once. */
const namesAtOnce = 256;

/** Paths that are looked at before others have their turn: in an image of a hundred layers each takes a tenth of a millisecond. */
const looksInTurn = 64;

/** A directory as far as one layer has a part in it. */
interface Part {
  readonly layer: number;
  readonly index: LayerIndex;
  /** The path of the directory in the layer: another than in the image where a link of a lower layer leads there. */
  readonly at: string;
}

/** A directory of the image. */
interface Directory {
  readonly path: string;
  /** The uppermost first. */
  readonly parts: readonly Part[];
  /** Nothing of the layers below this one is to be seen here. */
  readonly lowest: number;
}

/** By layer, where its directories are in the image that are not where the layer has them. */
export type Moved = ReadonlyMap<number, ReadonlyMap<string, string>>;

/**
 * The layers of an image as one file system, without whiteouts and what they remove (image specification, "Applying Changesets"). Nothing is
 * unpacked or merged ahead: a directory is merged when it is looked at. Does not close the indexes.
 */
export class ImageFiles {
  readonly #indexes: readonly LayerIndex[];
  readonly #moved: Moved;
  /** By path in the image, the uppermost first. */
  readonly #movedTo = new Map<string, Part[]>();
  /** The root is asked for again and again, of every layer. */
  #root: Promise<Directory> | undefined;

  /** `indexes`: the lowest layer first, as a manifest lists them; `moved`: what `movedDirectories` found in them. */
  constructor(indexes: readonly LayerIndex[], moved: Moved) {
    this.#indexes = indexes;
    this.#moved = moved;
    for (const [layer, index] of [...indexes.entries()].reverse())
      for (const [at, path] of moved.get(layer) ?? []) this.#movedTo.set(path, [...(this.#movedTo.get(path) ?? []), { layer, index, at }]);
  }

  /** What lies in a directory, by name, after the name `after`. Empty for what is no directory. */
  async list(directory: string, page: { after?: string | undefined; limit: number }): Promise<{ items: ImageEntry[]; more: boolean }> {
    const items: ImageEntry[] = [];
    for await (const entry of merged(await this.#directory(directory), this.#moved, page.after)) {
      if (items.length === page.limit) return { items, more: true };
      items.push(entry);
    }
    return { items, more: false };
  }

  async find(path: string): Promise<ImageEntry | undefined> {
    const directory = await this.#directory(directoryOf(path));
    const name = path.slice(path.lastIndexOf('/') + 1);
    const found: ImageEntry[] = [];
    for (const part of directory.parts) {
      // The root is in no other directory.
      if (name === '' && part.at !== '') continue;
      const entry = await part.index.find(inDirectory(part.at, name));
      if (entry === undefined || isMoved(this.#moved, part, entry)) continue;
      found.push({ ...entry, path, layer: part.layer });
      if (!isShownThrough(entry)) break;
    }
    return visible(found);
  }

  /** The same as the target of a hard link names it: links on the way to it are followed. */
  async #findThroughLinks(path: string): Promise<ImageEntry | undefined> {
    const directory = await new LinkFollower().realDirectory(directoryOf(path), (each) => this.find(each));
    return directory === undefined ? undefined : this.find(inDirectory(directory, path.slice(path.lastIndexOf('/') + 1)));
  }

  /** The entry that has the bytes of one: of a hard link to a file of a lower layer that file. */
  async holderOf(entry: ImageEntry): Promise<ImageEntry> {
    if (entry.kind !== 'hardlink' || entry.offset !== undefined || entry.target === undefined) return entry;
    return (await this.#findThroughLinks(entry.target)) ?? entry;
  }

  /** Every entry; a directory before what lies in it, names of one directory in their order. */
  async *walk(): AsyncGenerator<ImageEntry> {
    yield* this.#walkFrom(await this.#directory(''));
  }

  async *#walkFrom(directory: Directory): AsyncGenerator<ImageEntry> {
    for await (const entry of merged(directory, this.#moved, undefined)) {
      yield entry;
      if (entry.kind === 'directory') yield* this.#walkFrom(await this.#within(directory, entry.path));
    }
  }

  async #directory(path: string): Promise<Directory> {
    this.#root ??= this.#seen({ path: '', parts: this.#indexes.map((index, layer) => ({ index, layer, at: '' })).reverse(), lowest: 0 });
    let directory = await this.#root;
    if (path === '') return directory;
    for (const name of path.split('/')) directory = await this.#within(directory, inDirectory(directory.path, name));
    return directory;
  }

  #within({ parts, lowest }: Directory, path: string): Promise<Directory> {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return this.#seen({ path, parts: parts.map((part) => ({ ...part, at: inDirectory(part.at, name) })), lowest });
  }

  /** Of the layers that may have a part in a directory, those that have one: until one hides what is below; and those that links lead here. */
  async #seen({ path, parts, lowest }: Directory): Promise<Directory> {
    const seen: Part[] = [];
    let shown = lowest;
    for (const part of parts) {
      const entry = await part.index.find(part.at);
      if (entry === undefined) {
        if (path === '') seen.push(part);
        continue;
      }
      if (isMoved(this.#moved, part, entry)) continue;
      if (entry.kind === 'directory') seen.push(part);
      if (entry.kind === 'directory' && entry.isOpaque !== true) continue;
      shown = entry.kind === 'directory' ? part.layer : part.layer + 1;
      break;
    }
    const moved = (this.#movedTo.get(path) ?? []).filter(({ layer }) => layer >= shown);
    return { path, parts: moved.length === 0 ? seen : [...seen, ...moved].sort((a, b) => b.layer - a.layer), lowest: shown };
  }
}

/** Where links put directories of layers, which are given with the lowest first. Lets others have their turn while it looks. */
export async function movedDirectories(indexes: readonly LayerIndex[]): Promise<Moved> {
  const moved = new Map<number, ReadonlyMap<string, string>>();
  const links = new LinkFollower();
  let looks = 0;
  for (const [layer, index] of indexes.entries()) {
    const below = new ImageFiles(indexes.slice(0, layer), moved);
    const find = async (path: string) => {
      looks += 1;
      if (looks % looksInTurn === 0) await new Promise((resolve) => setImmediate(resolve));
      return below.find(path);
    };
    const found = layer === 0 ? undefined : await links.movedDirectories(index, find);
    if (found !== undefined && found.size > 0) moved.set(layer, found);
  }
  return moved;
}

/** Whether an entry of a layer is a directory that is elsewhere in the image, and nothing here. */
function isMoved(moved: Moved, { layer }: Part, entry: LayerEntry): boolean {
  return entry.isImplied === true && moved.get(layer)?.has(entry.path) === true;
}

/** Whether what lower layers have under the name of an entry matters: it says nothing of the directory itself. */
function isShownThrough({ isImplied, isOpaque }: LayerEntry): boolean {
  return isImplied === true && isOpaque !== true;
}

/** What of the entries of one name, the uppermost first, is to be seen. */
function visible(entries: readonly ImageEntry[]): ImageEntry | undefined {
  const [top] = entries;
  if (top === undefined || top.kind === 'whiteout') return undefined;
  if (!isShownThrough(top)) return top;
  // A layer that only puts something into a directory says nothing of the directory itself.
  for (const entry of entries) {
    if (entry.kind !== 'directory') return top;
    if (entry.isImplied !== true) return entry;
    if (entry.isOpaque === true) return top;
  }
  return top;
}

/** The names of a directory in all its layers, in their order. */
async function* merged({ path, parts }: Directory, moved: Moved, after: string | undefined): AsyncGenerator<ImageEntry> {
  const names = parts.map((part) => new Names(part, path, moved, after));
  for (;;) {
    // Hardly ever: to wait for each name would take most of the time.
    for (const each of names) while (each.isDry) await each.fill();
    const heads = names.map(({ head }) => head);
    const first = heads.reduce<string | undefined>((least, head) => {
      return head !== undefined && (least === undefined || head.path < least) ? head.path : least;
    }, undefined);
    if (first === undefined) return;
    const here = heads.filter((head) => head?.path === first) as ImageEntry[];
    for (const [at, head] of heads.entries()) if (head?.path === first) names[at]?.shift();
    const entry = visible(here);
    if (entry !== undefined) yield entry;
  }
}

/** The names of a directory in one layer, read as they are needed. */
class Names {
  readonly #part: Part;
  readonly #directory: string;
  readonly #moved: Moved;
  #after: string | undefined;
  #held: readonly ImageEntry[] = [];
  #at = 0;
  #isLast = false;

  /** `directory`: its path in the image. */
  constructor(part: Part, directory: string, moved: Moved, after: string | undefined) {
    this.#part = part;
    this.#directory = directory;
    this.#moved = moved;
    this.#after = after;
  }

  /** Whether `fill` must be called before the next name is known. */
  get isDry(): boolean {
    return this.#at === this.#held.length && !this.#isLast;
  }

  /** Undefined: there are no more. */
  get head(): ImageEntry | undefined {
    return this.#held[this.#at];
  }

  async fill(): Promise<void> {
    const { index, layer, at } = this.#part;
    const entries = await index.list(at, { after: this.#after, limit: namesAtOnce });
    const nameIn = (entry: LayerEntry) => entry.path.slice(at === '' ? 0 : at.length + 1);
    const here = entries.filter((entry) => !isMoved(this.#moved, this.#part, entry));
    this.#held = here.map((entry) => ({ ...entry, path: inDirectory(this.#directory, nameIn(entry)), layer }));
    this.#at = 0;
    this.#isLast = entries.length < namesAtOnce;
    const last = entries.at(-1);
    this.#after = last && nameIn(last);
  }

  shift(): void {
    this.#at += 1;
  }
}
