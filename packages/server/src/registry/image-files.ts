import type { LayerEntry, LayerIndex } from './ports/layer-store.ts';

/** An entry of an image's file system, and which layer it comes from: its place among them, the lowest 0. */
export interface ImageEntry extends LayerEntry {
  readonly layer: number;
}

/** How many names of a directory are read of each layer at once. */
const namesAtOnce = 256;

/** A directory as far as one layer has a part in it. */
interface Part {
  readonly layer: number;
  readonly index: LayerIndex;
}

/**
 * The layers of an image as one file system, without whiteouts and what they remove (image specification, "Applying Changesets"). Nothing is
 * unpacked or merged ahead: a directory is merged when it is looked at. Does not close the indexes.
 */
export class ImageFiles {
  /** The uppermost first. */
  readonly #layers: readonly Part[];

  /** `indexes`: the lowest layer first, as a manifest lists them. */
  constructor(indexes: readonly LayerIndex[]) {
    this.#layers = indexes.map((index, layer) => ({ index, layer })).reverse();
  }

  /** What lies in a directory, by name, after the name `after`. Empty for what is no directory. */
  async list(directory: string, page: { after?: string | undefined; limit: number }): Promise<{ items: ImageEntry[]; more: boolean }> {
    const items: ImageEntry[] = [];
    const parts = await this.#partsOf(directory);
    for await (const entry of merged(parts, directory, page.after)) {
      if (items.length === page.limit) return { items, more: true };
      items.push(entry);
    }
    return { items, more: false };
  }

  async find(path: string): Promise<ImageEntry | undefined> {
    const slash = path.lastIndexOf('/');
    const parts = await this.#partsOf(slash < 0 ? '' : path.slice(0, slash));
    const found: ImageEntry[] = [];
    for (const { index, layer } of parts) {
      const entry = await index.find(path);
      if (entry !== undefined) found.push({ ...entry, layer });
    }
    return visible(found);
  }

  /** Every entry; a directory before what lies in it, names of one directory in their order. */
  async *walk(): AsyncGenerator<ImageEntry> {
    yield* walkFrom(await within(this.#layers, ''), '');
  }

  /** The layers that have a part in a directory, the uppermost first. */
  async #partsOf(directory: string): Promise<readonly Part[]> {
    let parts = await within(this.#layers, '');
    if (directory === '') return parts;
    let path = '';
    for (const name of directory.split('/')) {
      path = path === '' ? name : `${path}/${name}`;
      parts = await within(parts, path);
    }
    return parts;
  }
}

/** Of the layers that have a part in the directory around it, those that have one in this: until one hides what is below. */
async function within(around: readonly Part[], path: string): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const part of around) {
    const entry = await part.index.find(path);
    if (entry === undefined) {
      if (path === '') parts.push(part);
      continue;
    }
    if (entry.kind !== 'directory') break;
    parts.push(part);
    if (entry.isOpaque === true) break;
  }
  return parts;
}

async function* walkFrom(parts: readonly Part[], directory: string): AsyncGenerator<ImageEntry> {
  for await (const entry of merged(parts, directory, undefined)) {
    yield entry;
    if (entry.kind === 'directory') yield* walkFrom(await within(parts, entry.path), entry.path);
  }
}

/** What of the entries of one name, the uppermost first, is to be seen. */
function visible(entries: readonly ImageEntry[]): ImageEntry | undefined {
  const [top] = entries;
  if (top === undefined || top.kind === 'whiteout') return undefined;
  if (top.isImplied !== true || top.isOpaque === true) return top;
  // A layer that only puts something into a directory says nothing of the directory itself.
  for (const entry of entries) {
    if (entry.kind !== 'directory') return top;
    if (entry.isImplied !== true) return entry;
    if (entry.isOpaque === true) return top;
  }
  return top;
}

/** The names of a directory in all its layers, in their order. */
async function* merged(parts: readonly Part[], directory: string, after: string | undefined): AsyncGenerator<ImageEntry> {
  const names = parts.map((part) => new Names(part, directory, after));
  for (;;) {
    // Hardly ever: to wait for each name would take most of the time.
    for (const each of names) if (each.isDry) await each.fill();
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
  #after: string | undefined;
  #held: readonly ImageEntry[] = [];
  #at = 0;
  #isLast = false;

  constructor(part: Part, directory: string, after: string | undefined) {
    this.#part = part;
    this.#directory = directory;
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
    const { index, layer } = this.#part;
    const entries = await index.list(this.#directory, { after: this.#after, limit: namesAtOnce });
    this.#held = entries.map((entry) => ({ ...entry, layer }));
    this.#at = 0;
    this.#isLast = entries.length < namesAtOnce;
    this.#after = entries.at(-1)?.path.slice(this.#directory === '' ? 0 : this.#directory.length + 1);
  }

  shift(): void {
    this.#at += 1;
  }
}
