import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BareBucket, BareSdk } from '../packages/server/src/storage/s3/bare-sdk-bench.ts';
import { makeBucket } from '../packages/server/src/storage/s3/bucket-bench.ts';
import { programPath } from '../test/tools/programs.ts';
import { type S3Server, startRadosgw } from '../test/tools/radosgw.ts';
import { runProgram } from '../test/tools/run-program.ts';

interface Started {
  readonly directory: string;
  readonly server: S3Server;
}

/** Ceph's object gateway with its objects in memory, one for all of a run; it starts when the first of them needs it. */
export class Gateway {
  #started: Promise<Started> | undefined;
  readonly #buckets = new Map<string, Promise<BareBucket>>();

  /** The bucket of a server in that folder, empty when the folder is new. */
  bucketOf(directory: string): Promise<BareBucket> {
    const bucket = this.#buckets.get(directory) ?? this.#createBucket();
    this.#buckets.set(directory, bucket);
    return bucket;
  }

  /** Removes the objects of that many bytes from the bucket of that server, and frees the memory of all that was ever removed. */
  async removeOfSize(directory: string, bytes: number): Promise<void> {
    const sdk = new BareSdk(await this.bucketOf(directory));
    await sdk.removeOfSize(bytes);
    sdk.close();
    const { directory: home } = await this.#start();
    // It would do so after hours, and stops to answer when the memory that it may have is full.
    await runProgram(programPath('radosgw-admin'), ['-c', join(home, 'ceph.conf'), 'gc', 'process', '--include-all']);
  }

  /** Ends what was started and removes its files. */
  async stop(): Promise<void> {
    if (this.#started === undefined) return;
    const { directory, server } = await this.#started;
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }

  #start(): Promise<Started> {
    this.#started ??= startGateway();
    return this.#started;
  }

  async #createBucket(): Promise<BareBucket> {
    const { server } = await this.#start();
    const { bucket } = await makeBucket(server);
    return { endpoint: server.endpoint, bucket, accessKeyId: server.accessKey, secretAccessKey: server.secretKey };
  }
}

async function startGateway(): Promise<Started> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-gateway-'));
  try {
    return { directory, server: await startRadosgw({ directory }) };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
