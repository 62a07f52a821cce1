import { fileURLToPath } from 'node:url';
import type { BareBucket } from '../packages/server/src/storage/s3/bare-sdk-bench.ts';
import { runProgram } from '../test/tools/run-program.ts';

/** What a process of the bare AWS SDK (`sdk-client.ts`) is to do. */
export interface SdkJob {
  /** `uploads`: one new object for each client, all at once. `reads`: an object that is stored first, over and over. */
  readonly kind: 'uploads' | 'reads';
  readonly bucket: BareBucket;
  /** How many work at once. */
  readonly clients: number;
  /** Of an object. */
  readonly mebibytes: number;
  /** How long reads go on; uploads go on to their end. */
  readonly seconds: number;
}

/** What it did. */
export interface SdkOutcome {
  readonly mebibytes: number;
  readonly seconds: number;
  /** Processor time of the process, user and system, while its clock ran. */
  readonly processorSeconds: number;
}

const program = fileURLToPath(new URL('sdk-client.ts', import.meta.url));

/** Does the job in a process of its own. */
export async function runSdk(job: SdkJob): Promise<SdkOutcome> {
  const { stdout } = await runProgram(process.execPath, [program], { input: JSON.stringify(job) });
  return JSON.parse(stdout);
}
