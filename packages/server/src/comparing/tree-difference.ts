import { type FileEntry, isPresent, type TreeNode } from './file-tree.ts';
import { comparePaths } from './path-order.ts';

/** What became of a path on the way from one tree to the other. */
export type Change = 'added' | 'removed' | 'changed';

/** A path that the trees do not agree on; an entry is undefined for a directory that only paths below it tell of. */
export interface TreeDifference {
  readonly path: string;
  readonly change: Change;
  readonly from: FileEntry | undefined;
  readonly to: FileEntry | undefined;
}

/**
 * Every path that the trees do not agree on, in the order of paths: so they need not be held to be sorted. When something was changed does not
 * count, and hides nothing.
 */
export function* treeDifferences(from: TreeNode, to: TreeNode): Generator<TreeDifference> {
  yield* below(from, to, '');
}

function* below(from: TreeNode | undefined, to: TreeNode | undefined, prefix: string): Generator<TreeDifference> {
  for (const key of keysOf(from, to)) {
    const name = key.endsWith('/') ? key.slice(0, -1) : key;
    const [before, after] = [from?.children?.get(name), to?.children?.get(name)];
    if (key !== name) yield* below(before, after, prefix + key);
    else {
      const difference = differenceAt(prefix + name, before, after);
      if (difference !== undefined) yield difference;
    }
  }
}

/** Names in a directory; of what has something in it, its name with a slash as well, since `a-b` comes between `a` and `a/b`. */
function keysOf(from: TreeNode | undefined, to: TreeNode | undefined): string[] {
  const keys: string[] = [];
  for (const [name, child] of from?.children ?? []) {
    keys.push(name);
    if (holds(child) || holds(to?.children?.get(name))) keys.push(`${name}/`);
  }
  for (const [name, child] of to?.children ?? []) {
    if (from?.children?.has(name)) continue;
    keys.push(name);
    if (holds(child)) keys.push(`${name}/`);
  }
  return keys.sort(comparePaths);
}

const holds = (node: TreeNode | undefined): boolean => node?.children !== undefined && node.children.size > 0;

function differenceAt(path: string, from: TreeNode | undefined, to: TreeNode | undefined): TreeDifference | undefined {
  const was = from !== undefined && isPresent(from);
  const is = to !== undefined && isPresent(to);
  if (!was && !is) return undefined;
  const [before, after] = [from?.entry, to?.entry];
  if (!was) return { path, change: 'added', from: undefined, to: after };
  if (!is) return { path, change: 'removed', from: before, to: undefined };
  return differ(from, to) ? { path, change: 'changed', from: before, to: after } : undefined;
}

function differ({ entry: left }: TreeNode, { entry: right }: TreeNode): boolean {
  if (left === right) return false;
  const kind = left?.traits.kind ?? 'directory';
  if (kind !== (right?.traits.kind ?? 'directory')) return true;
  // Of a directory that only paths below it tell of, nobody knows mode and owner.
  if (left === undefined || right === undefined) return false;
  return (
    left.traits.mode !== right.traits.mode ||
    left.traits.uid !== right.traits.uid ||
    left.traits.gid !== right.traits.gid ||
    left.size !== right.size ||
    left.sha256 !== right.sha256 ||
    left.target !== right.target
  );
}
