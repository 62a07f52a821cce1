import { splitPath } from './entry-path.ts';
import { type LayerEntry, type LayerEntryKind, layerEntryKinds } from './layer-entry.ts';

/** What entries are sorted by: all names of a directory follow one another. No path has a zero character. */
export function keyOf(path: string): string {
  const [directory, name] = splitPath(path);
  return `${directory}\0${name}`;
}

/** The path of a key. */
export function pathOfKey(key: string): string {
  return key.startsWith('\0') ? key.slice(1) : key.replace('\0', '/');
}

/** What a line says besides the path. */
interface LineParts {
  /** From the kind to the offset, as they stand in the line. */
  readonly rest: string;
  readonly sha256: string | undefined;
  /** Of two bits. */
  readonly flags: number;
}

/** The parts of an entry's line. */
export function partsOf(entry: LayerEntry): LineParts {
  const { kind, sizeBytes, mode, uid, gid, modifiedAt, target, sha256, offset, isOpaque, isImplied } = entry;
  const rest = JSON.stringify([layerEntryKinds.indexOf(kind), sizeBytes, mode, uid, gid, modifiedAt, target ?? 0, offset ?? -1]);
  return { rest: rest.slice(1, -1), sha256, flags: (isOpaque === true ? 1 : 0) + (isImplied === true ? 2 : 0) };
}

/** An entry as it is kept: short, and one line whatever is in its name. */
export function lineOf(path: string, { rest, sha256, flags }: LineParts): string {
  return `[${JSON.stringify(path)},${rest},${sha256 === undefined ? 0 : `"${sha256}"`},${flags}]`;
}

/** The entry of a line that `lineOf` made. */
export function entryOf(line: string): LayerEntry {
  const [path, kind, sizeBytes, mode, uid, gid, modifiedAt, target, offset, sha256, flags] = JSON.parse(line) as Line;
  return {
    path,
    kind: layerEntryKinds[kind] as LayerEntryKind,
    ...{ sizeBytes, mode, uid, gid, modifiedAt },
    ...(target !== 0 && { target }),
    ...(sha256 !== 0 && { sha256 }),
    ...(offset !== -1 && { offset }),
    ...((flags & 1) !== 0 && { isOpaque: true }),
    ...((flags & 2) !== 0 && { isImplied: true }),
  };
}

/** Whether a line is of a directory that is implied and not opaque; without taking it apart, since there may be a million. */
export function isMerelyImplied(line: string): boolean {
  return line.endsWith(',2]');
}

type Line = [string, number, number, number, number, number, number, string | 0, number, string | 0, number];
