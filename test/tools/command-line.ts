import { fileURLToPath } from 'node:url';
import { type RunResult, tryProgram } from './run-program.ts';

/** The `longshore` command as people run it, from this checkout. */
export const commandPath = fileURLToPath(new URL('../../packages/cli/bin/longshore.js', import.meta.url));

/** Runs one command line to its end; throws when it does not end by itself. */
export function runLongshore(...args: readonly string[]): Promise<RunResult> {
  return tryProgram(process.execPath, [commandPath, ...args]);
}
