import { statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../filesystem/system-errors.ts';
import { readPartName } from './cache-file-names.ts';

/** What fetches of all processes take. */
export interface PartsTotal {
  /** When all are complete. */
  readonly bytes: number;
  /** Those that are not written yet. */
  readonly unwrittenBytes: number;
}

/** Those that this process writes to. */
const own = new Set<string>();

/** The files that fetches write to, of every process of this host. */
export class Parts {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** From now on this file is one that this process writes to. */
  own(path: string): void {
    own.add(path);
  }

  disown(path: string): void {
    own.delete(path);
  }

  /** Adds up what is being fetched; what processes that are dead have left is removed. */
  async list(): Promise<PartsTotal> {
    let [bytes, unwrittenBytes] = [0, 0];
    for (const name of await readdir(this.directory)) {
      const part = readPartName(name);
      if (part === undefined) continue;
      const path = join(this.directory, name);
      if (!own.has(path) && !isOther(part.pid)) {
        await rm(path, { force: true });
        continue;
      }
      bytes += part.sizeBytes;
      unwrittenBytes += part.sizeBytes - Math.min(part.sizeBytes, statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    }
    return { bytes, unwrittenBytes };
  }
}

/** Whether another process has this id. A part under our own that is not ours is of one that had it before. */
function isOther(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
