import { ArchiveFault, compactText, pathOf, realDirectory } from '@longshore/oci/layers';
import { type FileEntry, mostLooks, newNode, newTree, nodeAt, onTheWay, type TreeNode } from './file-tree.ts';

/** A tree deeper than any that people make. */
const mostDepth = 256;
const whiteout = '.wh.';
const opaque = '.wh..wh..opq';

/**
 * Puts the entries of one layer together. Whiteouts become nodes that hide what is below the layer, whatever their order (OCI image
 * specification, "Image Layer Filesystem Changeset"). A path that comes twice is what it was last, and one below a link that came before lies
 * where that leads, as whoever unpacks it finds it.
 */
export class LayerTree {
  readonly root: TreeNode = newTree();
  #looksLeft = mostLooks;

  /** Adds what has a name in the archive, and answers its entry; undefined for names that are about something else. */
  add(name: string, entry: FileEntry): FileEntry | undefined {
    const named = partsOf(name);
    const parts = this.#withoutLinks(named);
    const node = this.#at(parts);
    if (node === undefined) return undefined;
    // Bytes are found by the path in the layer.
    if (parts !== named) entry.path = named.join('/');
    node.entry = entry;
    if (node.linkTo !== undefined) delete node.linkTo;
    if (entry.traits.kind === 'directory') node.children ??= new Map();
    else node.children = undefined;
    return entry;
  }

  /** Adds a hard link, whose target is a path of the archive too. */
  link(name: string, target: string): void {
    const parts = this.#withoutLinks(partsOf(target));
    const path = parts.join('/');
    const node = this.#at(this.#withoutLinks(partsOf(name)));
    if (node === undefined) return;
    const there = nodeAt(this.root, parts);
    const found = there?.entry;
    if (found !== undefined) found.path ??= path;
    node.children = undefined;
    node.entry = found;
    if (found === undefined) node.linkTo = there?.linkTo ?? path;
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

  /** A path as it is without links of the archive itself on the way; the very same when there are none. */
  #withoutLinks(parts: readonly string[]): readonly string[] {
    let node: TreeNode | undefined = this.root;
    for (let depth = 0; depth < parts.length - 1; depth += 1) {
      node = node?.children?.get(parts[depth] ?? '');
      if (node === undefined) return parts;
      if (node.entry?.traits.kind === 'symlink') return this.#followed(parts);
    }
    return parts;
  }

  #followed(parts: readonly string[]): readonly string[] {
    const directory = realDirectory(parts.slice(0, -1), (path) => {
      this.#looksLeft -= 1;
      if (this.#looksLeft < 0) return 'no-directory';
      const node = nodeAt(this.root, path);
      return node === undefined ? 'directory' : onTheWay(node);
    });
    if (directory === undefined) return parts;
    if (directory.length >= mostDepth) throw tooDeep();
    return [...directory, ...parts.slice(-1)];
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
        node.children.set(compactText(name), next);
      }
      node = next;
    }
    return node;
  }
}

/** The names of a path, however it is written. Throws `ArchiveFault` for what leads out of the image or is absurd. */
function partsOf(name: string): string[] {
  const path = pathOf(name);
  if (path === undefined || path.includes('\0'))
    throw new ArchiveFault('a path of it leads out of the image, or is longer than any may be');
  if (path === '') return [];
  const parts = path.split('/');
  if (parts.length > mostDepth) throw tooDeep();
  return parts;
}

const tooDeep = () => new ArchiveFault(`more than ${mostDepth} directories of it are within each other`);
