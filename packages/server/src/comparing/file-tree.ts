import type { OnTheWay } from '@longshore/oci/layers';

/** Names that are looked at for the links of one layer: somebody may have made them up. */
export const mostLooks = 1_000_000;

/** What a path is. */
export type FileKind = 'file' | 'directory' | 'symlink' | 'character-device' | 'block-device' | 'fifo';

/** What many files have in common: one object for all of them, since there may be half a million. */
export interface FileTraits {
  readonly kind: FileKind;
  /** Permission bits with set-uid, set-gid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Place of the layer in its image, from the bottom. */
  readonly layer: number;
}

/** A path of a layer as its archive tells it. What few have is absent from the others: there may be half a million. */
export interface FileEntry {
  readonly traits: FileTraits;
  /** Of a file, in bytes; else 0. */
  readonly size: number;
  /** Where a symlink points, and the numbers of a device. */
  readonly target: string;
  /** Its path in its layer, once a hard link shows it under another. */
  path?: string;
  /** SHA-256 of the bytes of a file, a character for each of its bytes; empty until they were read, and of everything else. */
  sha256: string;
  /** What the file tells of installed packages: kind, name and version, parted by zero characters. */
  packages?: readonly string[];
}

/** A name in a tree. What few have is absent from the others, as with entries. */
export interface TreeNode {
  /** Undefined: a directory that only paths below it tell of, or nothing (`hides`). */
  entry: FileEntry | undefined;
  /** Of whatever may hold something. */
  children: Map<string, TreeNode> | undefined;
  /** Nothing of layers below shows at this path, nor below it. */
  hides?: true;
  /** A hard link to a path that its own layer does not have: the entry of what is there below it. */
  linkTo?: string;
}

/** Whether anything may lie below a tree: then what hides it is kept. */
export type Ground = 'ground' | 'above-ground';

/** A node of which nothing is known yet. */
export function newNode(): TreeNode {
  return { entry: undefined, children: undefined };
}

/** The root of a tree that tells of nothing yet: a directory, even when nothing is in it. */
export function newTree(): TreeNode {
  return { ...newNode(), children: new Map() };
}

/** Whether there is something at the node itself, however little is known of it. */
export function isPresent(node: TreeNode): boolean {
  return node.entry !== undefined || node.linkTo !== undefined || node.children !== undefined;
}

/** Whether there is a directory at the node. */
export function isDirectory(node: TreeNode): boolean {
  return node.children !== undefined || node.entry?.traits.kind === 'directory';
}

/** The node at a path; undefined when there is none. */
export function nodeAt(root: TreeNode, path: readonly string[]): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const name of path) node = node?.children?.get(name);
  return node;
}

/** What a node is to whoever is on the way to a directory; of what nobody tells of, a directory. */
export function onTheWay({ entry }: TreeNode): OnTheWay {
  if (entry === undefined || entry.traits.kind === 'directory') return 'directory';
  return entry.traits.kind === 'symlink' ? { link: entry.target } : 'no-directory';
}
