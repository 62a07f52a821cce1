import { isUtf8 } from 'node:buffer';
import type { LayerEntry } from './layer-entry.ts';

/** Longer files are for an editor, not for a page. */
export const mostTextBytes = 1024 * 1024;

/** What a page shows of a file; `none`: there are no bytes of it. */
export type FileContent = { readonly content: 'text'; readonly text: string } | { readonly content: 'binary' | 'too-large' | 'none' };

/** The bytes of a whole file, as a page shows them. */
export function contentOfBytes(bytes: Buffer): FileContent {
  if (!isUtf8(bytes) || bytes.includes(0)) return { content: 'binary' };
  return { content: 'text', text: bytes.toString('utf8') };
}

/** An entry as people are shown it; `layer`: where an image has it from. */
export function shownEntry<Layer extends string>(entry: LayerEntry, layer?: Layer) {
  const { path, kind, sizeBytes, mode, uid, gid, modifiedAt, target, sha256, isOpaque } = entry;
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    ...{ path, kind, sizeBytes, uid, gid, modifiedAt },
    mode: mode.toString(8).padStart(4, '0'),
    ...(target !== undefined && { target }),
    ...(sha256 !== undefined && { sha256 }),
    ...(isOpaque !== undefined && { isOpaque }),
    ...(layer !== undefined && { layer }),
  };
}
