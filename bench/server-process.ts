import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import { join } from 'node:path';

/** A registry that answers. */
export interface RunningServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** `undefined` for a registry that this program did not start. */
  readonly pid: number | undefined;
  /** From the start of the process to its first answer to `GET /v2/`; no launcher before it counts. */
  readonly firstAnswerMs: number;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
}

const startLimitMs = 30_000;

/**
 * Starts a registry that is to listen on `port` and waits for its first answer. Its output goes to `server.log` in the
 * folder, as that of a service does, so that reading it costs the measuring process nothing.
 */
export async function startServer(
  program: string,
  args: readonly string[],
  port: number,
  directory: string,
  environment: Readonly<Record<string, string>> = {},
  scheme: 'http' | 'https' = 'http',
): Promise<RunningServer> {
  const url = `${scheme}://127.0.0.1:${port}`;
  const logFile = join(directory, 'server.log');
  const log = openSync(logFile, 'a');
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', log, log], env: { ...process.env, ...environment } });
  closeSync(log);
  const kill = (): boolean => child.kill('SIGKILL');
  process.prependOnceListener('exit', kill);
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  }).finally(() => {
    ended = true;
    process.off('exit', kill);
  });
  while (!(await answers(`${url}/v2/`))) {
    if (ended || performance.now() - startedAt > startLimitMs) {
      kill();
      throw new Error(`${program} ${args.join(' ')} did not answer\n${readFileSync(logFile, 'utf8').slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return {
    url,
    pid: child.pid,
    firstAnswerMs: performance.now() - startedAt,
    async stop() {
      child.kill('SIGTERM');
      const limit = setTimeout(kill, 10_000);
      await exited;
      clearTimeout(limit);
    },
  };
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const onAnswer = (response: IncomingMessage): void => {
      response.resume();
      // One that asks everybody for credentials is there, too.
      resolve(response.statusCode === 200 || response.statusCode === 401);
    };
    // Its certificate was made a moment ago by whoever started it.
    const request = url.startsWith('https:')
      ? getSecurely(url, { agent: false, rejectUnauthorized: false }, onAnswer)
      : get(url, { agent: false }, onAnswer);
    request.once('error', () => resolve(false));
  });
}
