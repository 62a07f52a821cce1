import { type Ground, isDirectory, isPresent, newNode, type TreeNode } from './file-tree.ts';

/** Links on the way to one directory: as Linux follows (path_resolution(7)). */
const mostLinks = 40;

/** Names that are looked at for the links of one layer: somebody may have made them up. */
const mostLooks = 1_000_000;

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
    let [at, links]: [string[], number] = [[], 0];
    for (let names = [...path]; names.length > 0; ) {
      const name = names.shift() ?? '';
      this.#looksLeft -= 1;
      if (this.#looksLeft < 0) return undefined;
      if (name === '..') at.pop();
      if (name === '' || name === '.' || name === '..') continue;
      at.push(name);
      const node = this.#find(at);
      // Above the ground, what a link leads to may be in a layer below.
      if (node === undefined && this.#ground === 'ground') return undefined;
      const entry = node?.entry;
      if (entry === undefined || entry.traits.kind === 'directory') continue;
      links += 1;
      if (entry.traits.kind !== 'symlink' || links > mostLinks) return undefined;
      at = entry.target.startsWith('/') ? [] : at.slice(0, -1);
      names = [...entry.target.split('/'), ...names];
    }
    return at;
  }

  #find(path: readonly string[]): TreeNode | undefined {
    let node: TreeNode | undefined = this.#lower;
    for (const name of path) node = node?.children?.get(name);
    return node;
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
