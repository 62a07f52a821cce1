import { fileURLToPath } from 'node:url';
import { runProgram } from '../test/tools/run-program.ts';

/** Something to write, for a process of its own (`write-client.ts`). */
export type WriteJob =
  /** New images, each with a configuration, a layer of `layerBytes` and a tag, until the time is over. */
  | { readonly kind: 'images'; readonly origin: string; readonly clients: number; readonly seconds: number; readonly layerBytes: number }
  /** One new blob for each client, all at once. */
  | { readonly kind: 'blobs'; readonly origin: string; readonly clients: number; readonly mebibytes: number }
  /** The fixture's tags, one after the other, each to one of these manifests at random, until the time is over. */
  | { readonly kind: 'tags'; readonly origin: string; readonly clients: number; readonly seconds: number; readonly manifests: string[] };

/** What was written: images, MiB or tags. */
export interface WriteOutcome {
  readonly count: number;
  readonly seconds: number;
}

const program = fileURLToPath(new URL('write-client.ts', import.meta.url));

/** Writes with a process of its own and resolves to images, MiB or tags per second; throws when an answer is an error. */
export async function writeRate(job: WriteJob): Promise<number> {
  const { stdout } = await runProgram(process.execPath, [program], { input: JSON.stringify(job) });
  const { count, seconds }: WriteOutcome = JSON.parse(stdout);
  return count / seconds;
}
