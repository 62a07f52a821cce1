import { pathOf } from '../layers/entry-path.ts';
import { ArchiveFault } from '../layers/tar-header.ts';
import { type FileEntry, findNode, newNode, newTree, type TreeNode } from './file-tree.ts';

/** A tree deeper than any that people make. */
const mostDepth = 256;
const whiteout = '.wh.';
const opaque = '.wh..wh..opq';

/**
 * Puts the entries of one layer together. Whiteouts become nodes that hide what is below the layer, whatever their order (OCI image
 * specification, "Image Layer Filesystem Changeset"). A path that comes twice is what it was last.
 */
export class LayerTree {
  readonly root: TreeNode = newTree();

  /** Adds what has a name in the archive, and answers its entry; undefined for names that are about something else. */
  add(name: string, entry: FileEntry): FileEntry | undefined {
    const node = this.#at(partsOf(name));
    if (node === undefined) return undefined;
    node.entry = entry;
    if (node.linkTo !== undefined) delete node.linkTo;
    if (entry.traits.kind === 'directory') node.children ??= new Map();
    else node.children = undefined;
    return entry;
  }

  /** Adds a hard link, whose target is a path of the archive too. */
  link(name: string, target: string): void {
    const path = partsOf(target).join('/');
    const node = this.#at(partsOf(name));
    if (node === undefined) return;
    const found = findNode(this.root, path)?.entry;
    if (found !== undefined) found.path ??= path;
    node.children = undefined;
    node.entry = found;
    if (found === undefined) node.linkTo = path;
    else if (node.linkTo !== undefined) delete node.linkTo;
  }

  /** The node of a path, which is a name's or, of a whiteout, notes it and answers nothing. */
  #at(parts: readonly string[]): TreeNode | undefined {
    const last = parts.at(-1);
    if (last === undefined) return this.root;
    if (last === opaque) {
      const node = this.#reach(parts.slice(0, -1));
      node.hides = true;
      node.children ??= new Map();
      return undefined;
    }
    if (last.startsWith(whiteout)) {
      // Those of AUFS's own (.wh..wh.plnk and such) are about no path.
      if (!last.startsWith(whiteout, whiteout.length)) this.#reach([...parts.slice(0, -1), last.slice(whiteout.length)]).hides = true;
      return undefined;
    }
    return this.#reach(parts);
  }

  #reach(parts: readonly string[]): TreeNode {
    let node = this.root;
    for (const [depth, name] of parts.entries()) {
      // What has something below it is a directory by then.
      if (depth > 0 && node.entry !== undefined && node.entry.traits.kind !== 'directory') node.entry = undefined;
      node.children ??= new Map();
      let next = node.children.get(name);
      if (next === undefined) {
        next = newNode();
        node.children.set(compact(name), next);
      }
      node = next;
    }
    return node;
  }
}

/** The same text without the path that it was cut out of: V8 keeps that for any piece of 13 characters or more. */
const compact = (name: string) => (name.length < 13 ? name : Buffer.from(name).toString());

/** The names of a path, however it is written. Throws `ArchiveFault` for what leads out of the image or is absurd. */
function partsOf(name: string): string[] {
  const path = pathOf(name);
  if (path === undefined || path.includes('\0'))
    throw new ArchiveFault('a path of it leads out of the image, or is longer than any may be');
  if (path === '') return [];
  const parts = path.split('/');
  if (parts.length > mostDepth) throw new ArchiveFault(`more than ${mostDepth} directories of it are within each other`);
  return parts;
}
