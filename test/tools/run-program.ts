import { spawn } from 'node:child_process';

export interface RunOptions {
  /** Added to this process's environment. */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Written to the program's standard input, which is empty otherwise. */
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and answers with its exit code and output, whatever the code is. */
export async function tryProgram(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { env = {}, input = '', timeoutMs = 300_000, ...rest } = options;
  const child = spawn(program, args, { ...rest, env: { ...process.env, ...env }, timeout: timeoutMs, killSignal: 'SIGKILL' });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A program that does not read its input may be gone before this is written.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...ended) => resolve(ended));
  });
  if (code === null) {
    throw new Error(`${program} ${args.join(' ')} ended by ${signal} (limit ${timeoutMs} ms)\n${Buffer.concat(stderr)}`);
  }
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** Runs a program that must succeed; otherwise throws an error with everything that it printed. */
export async function runProgram(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const result = await tryProgram(program, args, options);
  if (result.code === 0) return result;
  throw new Error(`${program} ${args.join(' ')} ended with ${result.code}\n${result.stdout}${result.stderr}`);
}
