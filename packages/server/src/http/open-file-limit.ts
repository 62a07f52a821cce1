import { readFileSync } from 'node:fs';

/** Descriptors for all but connections: database, log, libraries, blobs that are being read and written. */
const reserve = 256;

/** How many files and connections this process may have open at once; undefined where the system does not say (no /proc). */
export function openFileLimit(): number | undefined {
  try {
    // Node has raised the soft limit to the hard one by now.
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** What an administrator should know of a limit of `connections` where `available` files may be open; undefined when all is well. */
export function describeFileShortage(connections: number, available: number | undefined): string | undefined {
  if (available === undefined || available >= connections + reserve) return undefined;
  return `limits.connections allows ${connections} connections, but this process may open ${available} files: raise that (LimitNOFILE= of systemd, ulimit -n) to ${connections + reserve} or more, or lower limits.connections.`;
}
