import { ArchiveFault } from '../layers/tar-header.ts';
import { findNode, type Ground, isDirectory, isPresent, type TreeNode } from './file-tree.ts';
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

/** Gives a hard link to a path of a layer below the entry of what is there. */
function resolveLinks(node: TreeNode, lower: TreeNode, ground: Ground): void {
  if (node.linkTo !== undefined) {
    const target = findNode(lower, node.linkTo);
    node.entry = target?.entry;
    if (target?.entry !== undefined) target.entry.path ??= node.linkTo;
    if (target?.entry !== undefined) delete node.linkTo;
    else if (target?.linkTo !== undefined) node.linkTo = target.linkTo;
    else if (ground === 'ground') throw new ArchiveFault('a hard link of it leads to a path that is not in the image');
  }
  for (const child of node.children?.values() ?? []) resolveLinks(child, lower, ground);
}
