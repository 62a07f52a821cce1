import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { showAtFailure } from './shown-at-failure.ts';

export interface StartOptions {
  /** A line of standard output or standard error that says that the program serves. */
  readonly ready: RegExp;
  /** Added to this process's environment. */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Keep the program's standard input open: it ends with this process, however that dies. */
  readonly openStdin?: boolean;
  readonly timeoutMs?: number;
}

export interface StartedProcess {
  readonly pid: number;
  /** The match of `ready`. */
  readonly readyMatch: RegExpMatchArray;
  /** Everything printed so far, standard output and standard error as they came. */
  output(): string;
  kill(signal: NodeJS.Signals): boolean;
  /** Settles when the program has ended: its exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Asks it to end and waits for that; after half a minute it is killed. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const stopLimitMs = 30_000;
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a server program and waits for its ready line. What still runs when this process exits is killed; the last lines of it are shown when tests
 * have failed.
 */
export async function startProcess(program: string, args: readonly string[], options: StartOptions): Promise<StartedProcess> {
  const { ready, env = {}, openStdin = false, timeoutMs = 180_000, ...rest } = options;
  const child = spawn(program, args, {
    ...rest,
    env: { ...process.env, ...env },
    stdio: [openStdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 127));
  }).finally(() => running.delete(child));

  const printed: string[] = [];
  showAtFailure(`${basename(program)} ${args[0] ?? ''} (process ${child.pid})`, () => printed.join(''));
  const readyMatch = await new Promise<RegExpMatchArray>((resolve, reject) => {
    const fail = (reason: string): void => reject(new Error(`${program} ${args.join(' ')}: ${reason}\n${printed.join('').slice(-8_000)}`));
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`not ready after ${timeoutMs} ms`);
    }, timeoutMs);
    const onLine = (line: string): void => {
      const match = line.match(ready);
      if (match === null) return;
      clearTimeout(limit);
      resolve(match);
    };
    for (const stream of [child.stdout, child.stderr]) readLines(stream, (text) => printed.push(text), onLine);
    child.once('error', (error) => fail(error.message));
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      fail(`ended (${code ?? signal}) before it was ready`);
    });
  });

  return {
    pid: child.pid ?? 0,
    readyMatch,
    output: () => printed.join(''),
    kill: (signal) => child.kill(signal),
    exited,
    async stop(signal = 'SIGTERM') {
      const limit = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
      child.kill(signal);
      await exited;
      clearTimeout(limit);
    },
  };
}

function readLines(stream: Readable | null, onText: (text: string) => void, onLine: (line: string) => void): void {
  let unfinished = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    onText(text);
    const lines = (unfinished + text).split('\n');
    unfinished = lines.pop() ?? '';
    lines.forEach(onLine);
  });
}
