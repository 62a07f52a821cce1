import type { LayerEntry, LayerIndex } from './layer-entry.ts';

/** Links on the way to one directory: as Linux follows (path_resolution(7)). */
const mostLinks = 40;

/** Paths that are looked at for the links of one image. Directories are asked for from the root on, where links to directories are. */
const mostLooks = 10_000;

/** What is at a path, with every link on the way to it unfollowed. */
type Find = (path: string) => Promise<LayerEntry | undefined>;

/**
 * A layer may bring `lib/x` without a directory `lib`, where a lower one has a link `lib` to `usr/lib`: whoever unpacks it then gets
 * `usr/lib/x` (tar and containerd alike; a directory that the layer describes takes the link's place instead). Counts what it looks at:
 * somebody may have made all of that up.
 */
export class LinkFollower {
  #looksLeft = mostLooks;

  /** Which directories of a layer are elsewhere in the image, by their paths in the layer. `below`: what is in the layers below it. */
  async movedDirectories(index: Pick<LayerIndex, 'impliedDirectories'>, below: Find): Promise<ReadonlyMap<string, string>> {
    const moved = new Map<string, string>();
    const isNew = new Set<string>();
    for (const path of await index.impliedDirectories()) {
      if (isNew.has(directoryOf(path))) isNew.add(path);
      else {
        const place = placeOf(path, moved);
        const there = await this.#look(below, place);
        const real = there?.kind === 'symlink' ? await this.realDirectory(place, below) : undefined;
        if (real !== undefined) moved.set(path, real);
        else if (there?.kind !== 'directory') isNew.add(path);
      }
    }
    return moved;
  }

  /** The path without links of a directory; undefined when there is none. What leads out of the image ends at its root. */
  async realDirectory(path: string, find: Find): Promise<string | undefined> {
    let [at, links] = ['', 0];
    for (let names = path.split('/'); names.length > 0; ) {
      const [name = '', ...others] = names;
      names = others;
      if (name === '' || name === '.') continue;
      if (name === '..') {
        at = directoryOf(at);
        continue;
      }
      const next = inDirectory(at, name);
      const entry = await this.#look(find, next);
      if (entry?.kind === 'directory') at = next;
      else if (entry?.kind === 'symlink' && entry.target !== undefined && links < mostLinks) {
        links += 1;
        names = [...entry.target.split('/'), ...names];
        if (entry.target.startsWith('/')) at = '';
      } else return undefined;
    }
    return at;
  }

  async #look(find: Find, path: string): Promise<LayerEntry | undefined> {
    if (this.#looksLeft === 0) return undefined;
    this.#looksLeft -= 1;
    return find(path);
  }
}

/** The directory in which a path lies; of the root itself. */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The path of a name in a directory. */
export function inDirectory(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** Where a path of a layer is in the image when a directory around it was moved. */
function placeOf(path: string, moved: ReadonlyMap<string, string>): string {
  for (let around = directoryOf(path); around !== ''; around = directoryOf(around)) {
    const place = moved.get(around);
    if (place !== undefined) return inDirectory(place, path.slice(around.length + 1));
  }
  return path;
}
