import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';

/** What fits into the address of a Unix socket on every system (`sun_path`: 104 bytes on macOS and BSD, 108 on Linux), less its end. */
const longestPath = 103;
/** The longest name that a writer gives its socket. */
const longestName = join('longshore-XXXXXX', '4194304.sock');

/**
 * Makes a directory for sockets that only this user may enter, in the first of `parents` that can have one. Rejects with an error that
 * says why none can.
 */
export async function makeSocketDirectory(parents: readonly string[]): Promise<string> {
  const reasons: string[] = [];
  for (const parent of parents) {
    if (Buffer.byteLength(join(parent, longestName)) > longestPath) {
      reasons.push(`'${parent}' is too long for the address of a socket`);
      continue;
    }
    try {
      return await mkdtemp(join(parent, 'longshore-'));
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    `Workers need a directory for their socket: ${reasons.join('; ')}. Name a writable one with a short path in the variable TMPDIR.`,
  );
}
