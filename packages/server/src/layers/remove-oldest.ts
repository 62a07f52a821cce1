import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What is being written is renamed after minutes, and notices are renewed every second; older ones are of processes that died. */
const unfinishedMs = 60 * 60 * 1000;

/** What is being written, and the notices of that: no room is made by taking them from the processes that are at it. */
const unfinished = /\.(?:part|making)$/;

/** Removes the files that were used least recently until the directory holds at most so many bytes; never `kept`, nor what is being made. */
export async function removeOldest(directory: string, mostBytes: number, kept: string): Promise<void> {
  const files: { path: string; bytes: number; usedAt: number }[] = [];
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      // Other processes remove what is old as well.
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined) continue;
    if (!unfinished.test(name)) files.push({ path, bytes: found.size, usedAt: found.mtimeMs });
    else if (Date.now() - found.mtimeMs > unfinishedMs) await rm(path, { force: true });
  }
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const file of files.sort((a, b) => a.usedAt - b.usedAt)) {
    if (bytes <= mostBytes) return;
    if (file.path === kept) continue;
    await rm(file.path, { force: true });
    bytes -= file.bytes;
  }
}
