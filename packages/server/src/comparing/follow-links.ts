import { realDirectory } from '@longshore/oci/layers';
import { type Ground, isDirectory, isPresent, mostLooks, newNode, nodeAt, onTheWay, type TreeNode } from './file-tree.ts';

/**
 * Moves what lies in directories that only paths below them tell of to where links of the tree below lead, as whoever unpacks it does
 * (tar and containerd alike; a directory with an entry of its own takes the place of a link).
 */
export function followLinks(upper: TreeNode, lower: TreeNode, ground: Ground): void {
  new LinkFollower(upper, lower, ground).follow(upper, lower, []);
}

class LinkFollower {
  readonly #upper: TreeNode;
  readonly #lower: TreeNode;
  readonly #ground: Ground;
  #looksLeft = mostLooks;

  constructor(upper: TreeNode, lower: TreeNode, ground: Ground) {
    this.#upper = upper;
    this.#lower = lower;
    this.#ground = ground;
  }

  /** `around`: the names of the path at which both nodes are. */
  follow(upper: TreeNode, lower: TreeNode, around: readonly string[]): void {
    for (const [name, child] of upper.children ?? []) {
      const below = lower.children?.get(name);
      if (below === undefined || child.children === undefined || child.hides) continue;
      const path = [...around, name];
      if (isDirectory(below)) this.follow(child, below, path);
      else if (child.entry === undefined && below.entry?.traits.kind === 'symlink') {
        const real = this.#realDirectory(path);
        if (real === undefined) continue;
        notePaths(child, path.join('/'));
        upper.children?.delete(name);
        this.#move(child, real);
      }
    }
  }

  /** Puts what lies in a directory into another, and follows the links that are there. */
  #move(from: TreeNode, to: readonly string[]): void {
    let [node, below]: [TreeNode, TreeNode | undefined] = [this.#upper, this.#lower];
    for (const name of to) {
      node.children ??= new Map();
      const next = node.children.get(name) ?? newNode();
      node.children.set(name, next);
      [node, below] = [next, below?.children?.get(name)];
    }
    merge(from, node);
    if (below !== undefined) this.follow(node, below, to);
  }

  /** The path of a directory without links; undefined when there is none. Of what the tree does not tell, it is the path itself. */
  #realDirectory(path: readonly string[]): readonly string[] | undefined {
    return realDirectory(path, (at) => {
      this.#looksLeft -= 1;
      if (this.#looksLeft < 0) return 'no-directory';
      const node = nodeAt(this.#lower, at);
      // Above the ground, what a link leads to may be in a layer below.
      if (node === undefined) return this.#ground === 'ground' ? 'no-directory' : 'directory';
      return onTheWay(node);
    });
  }
}

/** What a layer has under a path of its own stays. */
function merge(from: TreeNode, to: TreeNode): void {
  if (isPresent(to) && !isDirectory(to)) return;
  to.children ??= new Map();
  for (const [name, child] of from.children ?? []) {
    const there = to.children.get(name);
    if (there === undefined) to.children.set(name, child);
    else if (isDirectory(child) && isDirectory(there)) merge(child, there);
  }
}

/** Bytes are found by the path in the layer. */
function notePaths(node: TreeNode, path: string): void {
  if (node.entry !== undefined) node.entry.path ??= path;
  for (const [name, child] of node.children ?? []) notePaths(child, `${path}/${name}`);
}
