import { fileURLToPath } from 'node:url';
import { findProgram } from '../test/tools/programs.ts';
import { runProgram } from '../test/tools/run-program.ts';
import { type ContentSize, repositoryName, taggedRepository, tagName } from './content-size.ts';

const script = fileURLToPath(new URL('wrk-report.lua', import.meta.url));

/** What wrk saw: whole answers only count as requests, bytes count as they come. */
export interface Load {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly mebibytes: number;
  readonly mebibytesPerSecond: number;
  /** 99 of 100 requests took at most this. */
  readonly p99Ms: number;
}

export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  readonly accept?: string;
  readonly authorization?: string;
  /** Every request is of another manifest: by any tag of a registry of this size. The URL's path does not matter then. */
  readonly anyTagOf?: ContentSize;
}

/** Reads one address over and over with one thread of wrk; throws when an answer is an error or a connection breaks. */
export async function readWithWrk(
  url: string,
  { connections, seconds, accept = '*/*', authorization, anyTagOf }: LoadOptions,
): Promise<Load> {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-H', `Accept: ${accept}`, '-s', script, url];
  if (authorization !== undefined) args.splice(-3, 0, '-H', `Authorization: ${authorization}`);
  if (anyTagOf !== undefined) args.push('--', ...patterns(anyTagOf));
  const { stdout } = await runProgram(wrkPath(), args, { timeoutMs: seconds * 1000 + 60_000 });
  const report: Record<string, number> = JSON.parse(/^REPORT (.*)$/m.exec(stdout)?.[1] ?? '{}');
  const { requests = 0, bytes = 0, microseconds = 0, p99 = 0, refused = 0, broken = 0 } = report;
  if (refused + broken > 0 || microseconds === 0) throw new Error(`wrk ${url}: ${refused} answers were errors, ${broken} broke\n${stdout}`);
  const elapsed = microseconds / 1e6;
  const mebibytes = bytes / 2 ** 20;
  return { requests, requestsPerSecond: requests / elapsed, mebibytes, mebibytesPerSecond: mebibytes / elapsed, p99Ms: p99 / 1000 };
}

/** The path of wrk, or an error that says how to get it. */
export function wrkPath(): string {
  const path = findProgram('wrk');
  if (path === undefined) {
    throw new Error(
      'wrk, which reads, is not installed. Debian, Ubuntu: apt-get install --no-install-recommends wrk; ' +
        'elsewhere: https://github.com/wg/wrk',
    );
  }
  return path;
}

/** What wrk-report.lua takes; zero becomes what C's format makes of any number. */
function patterns({ tagsInOne, repositories, tagsEach }: ContentSize): string[] {
  const tag = tagName(0).replace('000000', '%06d');
  const one = `/v2/${taggedRepository}/manifests/${tag}`;
  const many = `/v2/${repositoryName(0).replace('00000', '%05d')}/manifests/${tag}`;
  return [one, String(tagsInOne), many, String(repositories), String(tagsEach)];
}
