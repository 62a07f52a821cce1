import { type FileEntry, isPresent, type TreeNode } from './file-tree.ts';

/** What became of a path on the way from one tree to the other. */
export type Change = 'added' | 'removed' | 'changed';

/** A path that the trees do not agree on; an entry is undefined for a directory that only paths below it tell of. */
export interface TreeDifference {
  readonly path: string;
  readonly change: Change;
  readonly from: FileEntry | undefined;
  readonly to: FileEntry | undefined;
}

/** Tells every path that the trees do not agree on, parents first. When something was changed does not count, and hides nothing. */
export function compareTrees(from: TreeNode, to: TreeNode, onDifference: (difference: TreeDifference) => void): void {
  compareNodes(from, to, '', onDifference);
}

function compareNodes(
  from: TreeNode | undefined,
  to: TreeNode | undefined,
  path: string,
  tell: (difference: TreeDifference) => void,
): void {
  const was = from !== undefined && isPresent(from);
  const is = to !== undefined && isPresent(to);
  if (path !== '' && (was || is)) {
    const [before, after] = [from?.entry, to?.entry];
    if (!was) tell({ path, change: 'added', from: undefined, to: after });
    else if (!is) tell({ path, change: 'removed', from: before, to: undefined });
    else if (differ(from, to)) tell({ path, change: 'changed', from: before, to: after });
  }
  const below = path === '' ? '' : `${path}/`;
  for (const [name, child] of from?.children ?? []) compareNodes(child, to?.children?.get(name), below + name, tell);
  for (const [name, child] of to?.children ?? []) if (!from?.children?.has(name)) compareNodes(undefined, child, below + name, tell);
}

function differ({ entry: left }: TreeNode, { entry: right }: TreeNode): boolean {
  if (left === right) return false;
  const kind = left?.kind ?? 'directory';
  if (kind !== (right?.kind ?? 'directory')) return true;
  // Of a directory that only paths below it tell of, nobody knows mode and owner.
  if (left === undefined || right === undefined) return false;
  return (
    left.mode !== right.mode ||
    left.uid !== right.uid ||
    left.gid !== right.gid ||
    left.size !== right.size ||
    left.sha256 !== right.sha256 ||
    left.target !== right.target
  );
}
