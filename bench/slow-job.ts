import { fileURLToPath } from 'node:url';
import { runProgram } from '../test/tools/run-program.ts';

/** Transfers that hardly move, for a process of its own (`slow-client.ts`). */
export interface SlowJob {
  readonly origin: string;
  readonly readers: number;
  /** What they read. */
  readonly blobPath: string;
  readonly writers: number;
  /** The size that each writer announces. */
  readonly writtenBytes: number;
  readonly bytesPerSecond: number;
  readonly seconds: number;
}

/** How many transfers still went on at the end: all of them, unless the server gave some up. */
export interface SlowOutcome {
  readonly readers: number;
  readonly writers: number;
}

const program = fileURLToPath(new URL('slow-client.ts', import.meta.url));

/** Lets the transfers crawl for the time given, then cuts all connections. */
export async function crawl(job: SlowJob): Promise<SlowOutcome> {
  const { stdout } = await runProgram(process.execPath, [program], { input: JSON.stringify(job), timeoutMs: (job.seconds + 60) * 1000 });
  return JSON.parse(stdout);
}
