import { ArchiveFault, type OnTheWay, realDirectory } from '@longshore/oci/layers';
import { type Ground, isDirectory, isPresent, mostLooks, nodeAt, onTheWay, type TreeNode } from './file-tree.ts';
import { followLinks } from './follow-links.ts';

/** Lays a layer's tree on what lies below it, and answers both as one. Takes the two apart for it. */
export function stackTrees(lower: TreeNode, upper: TreeNode, ground: Ground): TreeNode {
  followLinks(upper, lower, ground);
  resolveLinks(upper, lower, ground);
  return stackNodes(lower, upper, ground);
}

/** The same with the entries, which are not copied. */
export function copyTree({ children, ...node }: TreeNode): TreeNode {
  const copied = children && new Map(Array.from(children, ([name, child]) => [name, copyTree(child)] as const));
  return { ...node, children: copied };
}

/** Whether both tell of the same paths and hide the same, so that whatever lies below both makes no difference between them. */
export function coverTheSame(left: TreeNode, right: TreeNode): boolean {
  if (left.linkTo !== undefined || right.linkTo !== undefined || left.hides !== right.hides) return false;
  if (isPresent(left) !== isPresent(right) || isDirectory(left) !== isDirectory(right)) return false;
  if ((left.entry === undefined) !== (right.entry === undefined)) return false;
  if ((left.children?.size ?? 0) !== (right.children?.size ?? 0)) return false;
  for (const [name, child] of left.children ?? []) {
    const other = right.children?.get(name);
    // Where links below lead from a directory without an entry, nobody knows without reading them.
    if (other === undefined || (child.children !== undefined && child.entry === undefined)) return false;
    if (!coverTheSame(child, other)) return false;
  }
  return true;
}

function stackNodes(lower: TreeNode, upper: TreeNode, ground: Ground): TreeNode {
  if (!isDirectory(upper)) return upper;
  if (!isDirectory(lower)) {
    // A file or a whiteout: a directory in its place shows nothing of what is below either.
    if (isPresent(lower) || lower.hides) upper.hides = true;
    return settled(upper, ground);
  }
  if (upper.hides) {
    upper.entry ??= lower.entry;
    return settled(upper, ground);
  }
  lower.entry = upper.entry ?? lower.entry;
  lower.children ??= new Map();
  for (const [name, child] of upper.children ?? []) {
    const below = lower.children.get(name);
    if (ground === 'ground' && !isPresent(child)) lower.children.delete(name);
    else lower.children.set(name, below === undefined ? settled(child, ground) : stackNodes(below, child, ground));
  }
  return lower;
}

/** On the ground, what only hides has nothing to do any more. */
function settled(node: TreeNode, ground: Ground): TreeNode {
  if (ground === 'above-ground') return node;
  if (node.hides) delete node.hides;
  for (const [name, child] of node.children ?? []) {
    if (isPresent(child)) settled(child, ground);
    else node.children?.delete(name);
  }
  return node;
}

/** Hard links of one layer to each other, where links of another are on the way: whoever unpacks them takes one after the other. */
const mostHardLinks = 8;

interface Stacked {
  readonly upper: TreeNode;
  readonly lower: TreeNode;
  readonly ground: Ground;
  readonly look: (path: readonly string[]) => OnTheWay;
}

/** Gives hard links to paths of layers below the entries of what is there. */
function resolveLinks(upper: TreeNode, lower: TreeNode, ground: Ground): void {
  let looksLeft = mostLooks;
  const look = (path: readonly string[]): OnTheWay => {
    looksLeft -= 1;
    if (looksLeft < 0) return 'no-directory';
    const node = nodeAt(upper, path);
    if (node?.entry !== undefined) return onTheWay(node);
    const below = nodeAt(lower, path);
    return below === undefined ? 'directory' : onTheWay(below);
  };
  const resolve = (node: TreeNode): void => {
    if (node.linkTo !== undefined) resolveLink(node, { upper, lower, ground, look });
    for (const child of node.children?.values() ?? []) resolve(child);
  };
  resolve(upper);
}

/** Links on the way to its target are followed, as whoever unpacks it does. The target may be a hard link itself. */
function resolveLink(node: TreeNode, { upper, lower, ground, look }: Stacked): void {
  for (let links = 0; node.linkTo !== undefined && links < mostHardLinks; links += 1) {
    const named = node.linkTo.split('/');
    const directory = realDirectory(named.slice(0, -1), look);
    const path = directory === undefined ? named : [...directory, ...named.slice(-1)];
    const found = [upper, lower].map((tree) => nodeAt(tree, path));
    const target = found.find((each) => each?.entry !== undefined || each?.linkTo !== undefined);
    if (target === undefined || target === node) break;
    if (target.entry === undefined) node.linkTo = target.linkTo ?? node.linkTo;
    else {
      target.entry.path ??= path.join('/');
      node.entry = target.entry;
      delete node.linkTo;
    }
  }
  if (node.linkTo !== undefined && ground === 'ground')
    throw new ArchiveFault('a hard link of it leads to a path that is not in the image');
}
