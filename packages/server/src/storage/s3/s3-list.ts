import type { StoredObject } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { Bucket, MultipartKey } from './bucket.ts';
import { blobsPrefix, tailsPrefix, uploadOfMultipart, uploadOfTail } from './object-keys.ts';

interface StoredPage {
  readonly objects: StoredObject[];
  readonly cursor: string | undefined;
}

/** Where the walk stands: what kind of thing it lists and after which one it goes on. */
interface Cursor {
  readonly walk: 'blobs' | 'tails' | 'multiparts';
  readonly after?: string;
  readonly uploadId?: string;
}

/**
 * One page of everything in the bucket: blobs, then uploads by their tails, then uploads by their open multipart
 * uploads (of 0 bytes: their size is not listed). An upload that has both comes up twice.
 */
export async function listStored(bucket: Bucket, cursor: string | undefined, limit: number): Promise<StoredPage> {
  const position = readCursor(cursor);
  if (position.walk === 'blobs') return listBlobs(bucket, position.after, limit);
  if (position.walk === 'tails') return listTails(bucket, position.after, limit);
  const { after, uploadId } = position;
  return listMultiparts(bucket, after === undefined || uploadId === undefined ? undefined : { key: after, uploadId }, limit);
}

async function listBlobs(bucket: Bucket, after: string | undefined, limit: number): Promise<StoredPage> {
  const { objects, more } = await bucket.listObjects(blobsPrefix, after, limit);
  const next: Cursor = more ? { walk: 'blobs', after: objects.at(-1)?.key ?? '' } : { walk: 'tails' };
  const blobs = objects.map(({ key, sizeBytes, modifiedAt }): StoredObject => ({ kind: 'blob', id: key, sizeBytes, modifiedAt }));
  return { objects: blobs, cursor: JSON.stringify(next) };
}

async function listTails(bucket: Bucket, after: string | undefined, limit: number): Promise<StoredPage> {
  const { objects, more } = await bucket.listObjects(tailsPrefix, after, limit);
  const next: Cursor = more ? { walk: 'tails', after: objects.at(-1)?.key ?? '' } : { walk: 'multiparts' };
  const uploads = objects.flatMap(({ key, sizeBytes, modifiedAt }): StoredObject[] => {
    const id = uploadOfTail(key);
    return id === undefined ? [] : [{ kind: 'upload', id, sizeBytes, modifiedAt }];
  });
  return { objects: uploads, cursor: JSON.stringify(next) };
}

async function listMultiparts(bucket: Bucket, after: MultipartKey | undefined, limit: number): Promise<StoredPage> {
  const { uploads, more } = await bucket.listMultiparts(blobsPrefix, after, limit);
  const last = uploads.at(-1);
  const next: Cursor | undefined =
    more && last !== undefined ? { walk: 'multiparts', after: last.key, uploadId: last.uploadId } : undefined;
  const objects = uploads.flatMap(({ key, startedAt }): StoredObject[] => {
    const id = uploadOfMultipart(key);
    return id === undefined ? [] : [{ kind: 'upload', id, sizeBytes: 0, modifiedAt: startedAt }];
  });
  return { objects, cursor: next === undefined ? undefined : JSON.stringify(next) };
}

function readCursor(text: string | undefined): Cursor {
  if (text === undefined) return { walk: 'blobs' };
  try {
    return JSON.parse(text) as Cursor;
  } catch (cause) {
    throw new StorageError('failed', 'This cursor is none of an S3 store.', { cause });
  }
}
