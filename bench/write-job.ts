import { fileURLToPath } from 'node:url';
import { runProgram } from '../test/tools/run-program.ts';

/** Something to write, for a process of its own (`write-client.ts`). */
export type WriteJob = {
  readonly origin: string;
  /** Connections that write at once. */
  readonly clients: number;
} & (ImagesJob | BlobsJob | TagsJob);

/** New images, each with a configuration, a layer of `layerBytes` and a tag, until the time is over. */
export interface ImagesJob {
  readonly kind: 'images';
  readonly seconds: number;
  readonly layerBytes: number;
  /** At most so many a second, evenly; otherwise as many as the server takes. */
  readonly perSecond?: number;
}

/** One new blob for each client, all at once. */
export interface BlobsJob {
  readonly kind: 'blobs';
  readonly mebibytes: number;
}

/** Tags of a repository, spread over all its `tagCount`, each to one of these manifests at random, until the time is over. */
export interface TagsJob {
  readonly kind: 'tags';
  readonly seconds: number;
  readonly repository: string;
  readonly tagCount: number;
  readonly manifests: readonly string[];
}

/** What was written: images, MiB or tags. */
export interface WriteOutcome {
  readonly count: number;
  readonly seconds: number;
  /** Processor time of the process that wrote, user and system, while its clock ran. */
  readonly clientProcessorSeconds: number;
}

const program = fileURLToPath(new URL('write-client.ts', import.meta.url));

/** Writes with a process of its own; throws when an answer is an error. */
export async function write(job: WriteJob): Promise<WriteOutcome> {
  const { stdout } = await runProgram(process.execPath, [program], { input: JSON.stringify(job) });
  return JSON.parse(stdout);
}
