import { fileURLToPath } from 'node:url';
import { runProgram } from '../test/tools/run-program.ts';

/** What a client process (`client.ts`) is to do. */
export type ClientJob = {
  readonly origin: string;
  /** Connections that work at once. */
  readonly clients: number;
  /** The header of every request. */
  readonly authorization?: string;
} & (ImagesJob | BlobsJob | TagsJob | ReadsJob);

/** New images, each with a configuration, a layer of `layerBytes` and a tag, until the time is over. */
export interface ImagesJob {
  readonly kind: 'images';
  readonly seconds: number;
  readonly layerBytes: number;
  /** At most so many a second, evenly; otherwise as many as the server takes. */
  readonly perSecond?: number;
  /** Where they go; without it every client has a repository of its own. */
  readonly repository?: string;
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

/** One address over and over: for what wrk cannot do, which is HEAD and a steady rate. */
export interface ReadsJob {
  readonly kind: 'reads';
  readonly seconds: number;
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  readonly accept: string;
  /** Evenly, and a delay counts from when the request was due; otherwise as many as the server answers. */
  readonly perSecond?: number;
}

/** What a client did. */
export interface ClientOutcome {
  /** Images, MiB, tags or answers. */
  readonly count: number;
  readonly seconds: number;
  /** Processor time of the client's process, user and system, while its clock ran. */
  readonly processorSeconds: number;
  /** How long a unit of work took: 99 of 100 at most this, and the longest. */
  readonly p99Ms: number;
  readonly longestMs: number;
}

const program = fileURLToPath(new URL('client.ts', import.meta.url));

/** Does the job in a process of its own; throws when an answer is an error. */
export async function runClient(job: ClientJob): Promise<ClientOutcome> {
  const { stdout } = await runProgram(process.execPath, [program], { input: JSON.stringify(job) });
  return JSON.parse(stdout);
}
