import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** How many files below this folder a process (this one) has open: blobs being read and uploads being written. */
export function openFilesBelow(directory: string, processId = process.pid): number {
  const descriptors = `/proc/${processId}/fd`;
  return readdirSync(descriptors).filter((descriptor) => {
    try {
      return readlinkSync(join(descriptors, descriptor)).startsWith(`${directory}/`);
    } catch {
      // Closed since the directory was read.
      return false;
    }
  }).length;
}
