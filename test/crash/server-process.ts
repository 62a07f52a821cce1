import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { showAtFailure } from '../tools/shown-at-failure.ts';

const mainPath = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));
const readyLine = /^longshore is listening on (http:\/\/\S+)/m;
const startWithinMs = 180_000;
/** Halves the time that a start takes; the tests start many. */
const compileCache = join(tmpdir(), 'longshore-compile-cache');

/** How a process of the server is started. */
export interface ServerOptions {
  readonly data: string;
  /** Address and port; a free port of 127.0.0.1 when it is left out. */
  readonly listen?: string | undefined;
  /** How many workers serve; one when it is left out. */
  readonly workers?: number | undefined;
  /** `LONGSHORE_...` variables; without LONGSHORE_ANONYMOUS everybody may push. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** A program in front of the server, with its arguments (strace). */
  readonly wrapper?: readonly string[] | undefined;
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A real server on loopback with its own data directory. */
export interface ServerProcess {
  readonly baseUrl: string;
  readonly pid: number;
  /** Resolves when the process is gone, however it ended. */
  readonly ended: Promise<Ending>;
  /** Everything that it wrote so far. */
  output(): string;
  /** SIGKILL to the server and every process that it started, then waits for the end. */
  kill(): Promise<void>;
  /** SIGKILL to the one process that was started here; `ended` comes with the last of those that it started. */
  killSupervisor(): void;
  /** Lets every process go on that was made to stand still. */
  wake(): void;
  /** SIGTERM, then waits for the end. */
  stop(): Promise<Ending>;
}

/** Starts `serve`, and resolves when it listens; rejects with its output otherwise. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const args = [
    'serve',
    '--listen',
    options.listen ?? '127.0.0.1:0',
    '--data',
    options.data,
    '--anonymous',
    options.env?.['LONGSHORE_ANONYMOUS'] ?? 'push',
    '--workers',
    String(options.workers ?? 1),
  ];
  const { child, ended, output } = launch(args, options);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`The server could not be started: ${JSON.stringify(await ended)}`);
  const signalAll = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const kill = async (): Promise<void> => {
    signalAll('SIGKILL');
    await ended;
  };
  const baseUrl = await listening(child, ended, output).catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  const stop = (): Promise<Ending> => {
    // A wrapper keeps the signal to itself.
    if (options.wrapper === undefined) child.kill('SIGTERM');
    else signalAll('SIGTERM');
    return ended;
  };
  return { baseUrl, pid, ended, output, kill, killSupervisor: () => void child.kill('SIGKILL'), wake: () => signalAll('SIGCONT'), stop };
}

/** A command that runs beside the server. */
export interface CommandProcess {
  readonly ended: Promise<Ending>;
  output(): string;
  kill(): void;
}

/** Runs `gc` once. */
export function startGarbageCollection(options: ServerOptions): CommandProcess {
  return startCommand(['gc'], options);
}

/** Runs a command once. */
export function startCommand(args: readonly string[], options: ServerOptions): CommandProcess {
  const { child, ended, output } = launch([...args, '--data', options.data], options);
  return { ended, output, kill: () => void child.kill('SIGKILL') };
}

function launch(args: readonly string[], options: ServerOptions): { child: ChildProcess; ended: Promise<Ending>; output: () => string } {
  const [program = '', ...rest] = [...(options.wrapper ?? []), process.execPath, mainPath, ...args];
  // A process group of its own, so that a kill reaches workers too.
  const child = spawn(program, rest, {
    env: { PATH: process.env['PATH'], HOME: options.data, NODE_COMPILE_CACHE: compileCache, LONGSHORE_LOG_LEVEL: 'warn', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let written = '';
  const keep = (piece: Buffer): void => {
    written = (written + piece.toString()).slice(-20_000);
  };
  showAtFailure(`longshore ${args[0]} (process ${child.pid})`, () => written);
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => {
      written += error.message;
      if (child.pid === undefined) resolve({ code: -1, signal: null });
    });
  });
  return { child, ended, output: () => written };
}

async function listening(child: ChildProcess, ended: Promise<Ending>, output: () => string): Promise<string> {
  const timeout = AbortSignal.timeout(startWithinMs);
  const gone = ended.then((ending) => {
    throw new Error(`The server ended before it listened (${JSON.stringify(ending)}):\n${output()}`);
  });
  gone.catch(() => undefined);
  for (;;) {
    const url = readyLine.exec(output())?.[1];
    if (url !== undefined) return url;
    if (child.stdout === null) throw new Error('The server has no output.');
    const more = once(child.stdout, 'data', { signal: timeout }).catch((cause: unknown) => {
      throw new Error(`The server did not listen within ${startWithinMs} ms; it wrote:\n${output()}`, { cause });
    });
    await Promise.race([more, gone]);
  }
}
