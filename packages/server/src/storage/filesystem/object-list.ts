import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredObject } from '../../registry/ports/blob-store.ts';
import { locationOf, shardDirectories, uploadOfFile } from './locations.ts';
import { asStorageError, hasCode } from './system-errors.ts';

/** Enough to keep the threads busy that do the work of file systems, few enough that a request does not wait for long behind them. */
const lookedAtOnce = 8;

interface FileFacts {
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

/** A named object, not yet looked at; `cursor` sorts as the walk goes. */
interface Found {
  readonly cursor: string;
  readonly kind: StoredObject['kind'];
  readonly id: string;
  readonly files: readonly string[];
}

/** Where files are listed, and how far the clock that dates them is ahead of this host's. */
export interface ListedDirectory {
  readonly directory: string;
  readonly clockAheadMs: number;
}

/**
 * One page of everything in the store: blobs shard by shard, then uploads by id, each of those once with the sizes of
 * all its epochs added up. What vanishes during the walk is left out. The cursor names the last object looked at.
 */
export async function listObjects(
  { directory, clockAheadMs }: ListedDirectory,
  cursor: string | undefined,
  limit: number,
): Promise<{ objects: StoredObject[]; cursor: string | undefined }> {
  const objects: StoredObject[] = [];
  try {
    for await (const group of groupsAfter(directory, cursor)) {
      for (let next = 0; next < group.length; ) {
        const few = group.slice(next, next + Math.min(lookedAtOnce, limit - objects.length));
        next += few.length;
        const looked = await Promise.all(few.map((found) => inspect(directory, found)));
        for (const object of looked) {
          if (object !== undefined) objects.push({ ...object, modifiedAt: object.modifiedAt - clockAheadMs });
        }
        if (objects.length >= limit) return { objects, cursor: few.at(-1)?.cursor };
      }
    }
  } catch (error) {
    throw asStorageError('Cannot list the stored objects', error);
  }
  return { objects, cursor: undefined };
}

/** The objects after the cursor, one shard directory at a time. */
async function* groupsAfter(directory: string, cursor = ''): AsyncGenerator<Found[]> {
  // 'blobs/...' sorts before 'uploads/...', shards sort by name: the order of the walk is that of the cursors.
  for (const shard of shardDirectories) {
    if (cursor > `${shard}/~`) continue;
    const blobs: Found[] = [];
    for (const file of await namesIn(join(directory, shard))) {
      const location = locationOf(shard, file);
      if (location !== undefined) blobs.push({ cursor: location, kind: 'blob', id: location, files: [location] });
    }
    yield after(cursor, blobs);
  }
  yield after(cursor, await uploadsIn(directory));
}

async function uploadsIn(directory: string): Promise<Found[]> {
  const files = new Map<string, string[]>();
  for (const file of await namesIn(join(directory, 'uploads'))) {
    const key = uploadOfFile(file);
    if (key === undefined) continue;
    const path = `uploads/${file}`;
    const ofUpload = files.get(key.id);
    if (ofUpload === undefined) files.set(key.id, [path]);
    else ofUpload.push(path);
  }
  return Array.from(files, ([id, paths]) => ({ cursor: `uploads/${id}`, kind: 'upload', id, files: paths }));
}

function after(cursor: string, found: readonly Found[]): Found[] {
  return found.filter((candidate) => candidate.cursor > cursor).sort((a, b) => (a.cursor < b.cursor ? -1 : 1));
}

async function inspect(directory: string, found: Found): Promise<StoredObject | undefined> {
  const looked = await Promise.all(found.files.map((file) => factsOf(join(directory, file))));
  const facts = looked.filter((file) => file !== undefined);
  if (facts.length === 0) return undefined;
  return {
    kind: found.kind,
    id: found.id,
    sizeBytes: facts.reduce((sum, file) => sum + file.sizeBytes, 0),
    modifiedAt: Math.max(...facts.map((file) => file.modifiedAt)),
  };
}

async function factsOf(path: string): Promise<FileFacts | undefined> {
  try {
    const { size, mtimeMs, ctimeMs } = await lstat(path);
    // A commit renames bytes that may be old: only the change time says that they became a blob a moment ago.
    return { sizeBytes: size, modifiedAt: Math.max(mtimeMs, ctimeMs) };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
