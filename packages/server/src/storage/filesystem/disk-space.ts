import { statfs } from 'node:fs/promises';
import { asStorageError } from './system-errors.ts';

/** Below both of these a disk counts as nearly full: a share for small disks, bytes for large ones. */
const lowShare = 0.05;
const lowBytes = 10 * 1024 ** 3;

/**
 * Undefined while the file system of `directory` has room for this user, else how much is left, as a text. Throws a
 * `StorageError` when it cannot be asked.
 */
export async function lowDiskSpace(directory: string): Promise<string | undefined> {
  const { freeBytes, totalBytes } = await diskSpace(directory);
  return describeLowSpace(freeBytes, totalBytes);
}

/** What the file system of `directory` has, and has left for this user. Throws a `StorageError` when it cannot be asked. */
export async function diskSpace(directory: string): Promise<{ freeBytes: number; totalBytes: number }> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch (error) {
    throw asStorageError('Cannot ask how much space is left', error);
  }
}

/** `lowDiskSpace` for a file system of `totalBytes`. */
export function describeLowSpace(freeBytes: number, totalBytes: number): string | undefined {
  if (freeBytes >= lowBytes || freeBytes >= totalBytes * lowShare) return undefined;
  return `warning: only ${Math.floor((freeBytes / totalBytes) * 100)} % of the disk is free`;
}
