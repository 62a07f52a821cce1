import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandPath } from '../tools/command-line.ts';
import { type RunResult, tryProgram } from '../tools/run-program.ts';

/** A user's home folder in which nobody has logged in, and the command as it runs there. */
export interface CommandHome {
  readonly path: string;
  /** The variables that make it the home of a command. */
  readonly env: Record<string, string>;
  /** Runs one command line, split at blanks unless it is a list, to its end; standard input is `input` and no terminal. */
  run(line: string | readonly string[], input?: string, env?: Record<string, string>): Promise<RunResult>;
  /** What the command prints, which must end with 0, as JSON. */
  json(line: string): Promise<unknown>;
  remove(): Promise<void>;
}

/** Makes one. */
export async function commandHome(program: readonly [string, ...string[]] = [process.execPath, commandPath]): Promise<CommandHome> {
  const path = await mkdtemp(join(tmpdir(), 'longshore-command-'));
  const [file, ...before] = program;
  const clean = { HOME: path, XDG_CONFIG_HOME: '', DOCKER_CONFIG: '', LONGSHORE_SERVER: '', LONGSHORE_TOKEN: '', NO_COLOR: '' };
  const run: CommandHome['run'] = (line, input = '', env = {}) => {
    const words = typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line;
    return tryProgram(file, [...before, ...words], { env: { ...clean, ...env }, input });
  };
  return {
    path,
    env: clean,
    run,
    async json(line) {
      const { code, stdout, stderr } = await run(`${line} -o json`);
      if (code !== 0) throw new Error(`longshore ${line} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout);
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
