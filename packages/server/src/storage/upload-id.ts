import { StorageError } from '../registry/ports/blob-store.ts';

const uploadId = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Throws a `StorageError` unless the id is 1 to 128 URL-safe characters: it becomes part of file names and object keys,
 * where a dot or a slash would mean something.
 */
export function requireUploadId(id: string): void {
  if (!uploadId.test(id)) throw new StorageError('failed', `${JSON.stringify(id.slice(0, 300))} is not an upload id.`);
}
