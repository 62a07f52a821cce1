import { readdirSync, readFileSync } from 'node:fs';

/** The processes under a supervisor, as Linux knows them. */
export interface ProcessTree {
  readonly workers: readonly number[];
  readonly writers: readonly number[];
}

/** Children of a supervisor by what they do. A child that is just being started, or gone already, is in neither list. */
export function processTree(supervisor: number): ProcessTree {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === supervisor)
    .map((pid) => ({ pid, command: readOrNothing(`/proc/${pid}/cmdline`), environment: readOrNothing(`/proc/${pid}/environ`) }));
  // Any child has its parent's command until it has become another program, but not what the cluster tells a worker.
  const workers = children.filter(({ environment }) => environment.includes('NODE_UNIQUE_ID='));
  const writers = children.filter(({ command }) => command.includes('writer-process.ts'));
  return { workers: workers.map(({ pid }) => pid), writers: writers.map(({ pid }) => pid) };
}

/** Whether a process is there and not only waiting to be noticed as dead. */
export function isRunning(pid: number): boolean {
  return !/^(|[ZX])$/.test(statOf(pid)[0] ?? '');
}

function parentOf(pid: number): number {
  return Number(statOf(pid)[1] ?? 0);
}

/** State, parent and so on: what follows the name, which may hold anything. */
function statOf(pid: number): string[] {
  const text = readOrNothing(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Processes come and go while one looks. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
