import { fileURLToPath } from 'node:url';
import { findProgram } from '../test/tools/programs.ts';
import { runProgram } from '../test/tools/run-program.ts';

const reportScript = fileURLToPath(new URL('wrk-report.lua', import.meta.url));

/** What wrk saw: whole answers only count as requests, bytes count as they come. */
export interface Load {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly mebibytes: number;
  readonly mebibytesPerSecond: number;
}

/** Reads one address over and over with one thread of wrk; throws when an answer is an error or a connection breaks. */
export async function readWithWrk(
  url: string,
  { connections, seconds, accept = '*/*' }: { readonly connections: number; readonly seconds: number; readonly accept?: string },
): Promise<Load> {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-H', `Accept: ${accept}`, '-s', reportScript, url];
  const { stdout } = await runProgram(wrkPath(), args, { timeoutMs: seconds * 1000 + 60_000 });
  const report: Record<string, number> = JSON.parse(/^REPORT (.*)$/m.exec(stdout)?.[1] ?? '{}');
  const { requests = 0, bytes = 0, microseconds = 0, refused = 0, broken = 0 } = report;
  if (refused + broken > 0 || microseconds === 0) throw new Error(`wrk ${url}: ${refused} answers were errors, ${broken} broke\n${stdout}`);
  const elapsed = microseconds / 1e6;
  return { requests, requestsPerSecond: requests / elapsed, mebibytes: bytes / 2 ** 20, mebibytesPerSecond: bytes / elapsed / 2 ** 20 };
}

/** The path of wrk, or an error that says how to get it. */
export function wrkPath(): string {
  const path = findProgram('wrk');
  if (path === undefined) throw new Error('wrk is not installed; on Debian: apt-get install --no-install-recommends wrk');
  return path;
}
