import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** How many files below this folder this process has open: blobs being read and uploads being written. */
export function openFilesBelow(directory: string): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(join('/proc/self/fd', descriptor)).startsWith(`${directory}/`);
    } catch {
      // Closed since the directory was read.
      return false;
    }
  }).length;
}
