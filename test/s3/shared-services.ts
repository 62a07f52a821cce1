import { after } from 'node:test';
import { makeBucket } from '../../packages/server/src/storage/s3/bucket-bench.ts';
import type { S3StoreOptions } from '../../packages/server/src/storage/s3/s3-store.ts';
import { findProgram } from '../tools/programs.ts';
import { radosgwPrograms, type S3Server, startRadosgw } from '../tools/radosgw.ts';
import { startVersitygw } from '../tools/versitygw.ts';

/** A real S3 service, started when the first test needs it and shared by all of a file. */
export class SharedService {
  readonly name: string;
  readonly programs: readonly string[];
  readonly #start: () => Promise<S3Server>;
  #started: Promise<S3Server> | undefined;

  constructor(name: string, programs: readonly string[], start: () => Promise<S3Server>) {
    this.name = name;
    this.programs = programs;
    this.#start = start;
  }

  get isInstalled(): boolean {
    return this.programs.every((program) => findProgram(program) !== undefined);
  }

  /** An empty bucket under a name of its own. */
  async newBucket(): Promise<S3StoreOptions> {
    this.#started ??= this.#start();
    return makeBucket(await this.#started);
  }

  async stop(): Promise<void> {
    await (await this.#started)?.stop();
  }
}

/** The services that stand for all others; they end with the test file that asks. */
export function s3Services(): readonly SharedService[] {
  const services = [
    new SharedService('Ceph RGW', radosgwPrograms, startRadosgw),
    new SharedService('versitygw', ['versitygw'], startVersitygw),
  ];
  after(async () => {
    await Promise.all(services.map((service) => service.stop()));
  });
  return services;
}

/** The variables by which a server finds a bucket. */
export function bucketVariables({ endpoint, bucket, accessKeyId, secretAccessKey }: S3StoreOptions): Record<string, string> {
  return {
    LONGSHORE_STORE_KIND: 's3',
    LONGSHORE_STORE_ENDPOINT: endpoint ?? '',
    LONGSHORE_STORE_BUCKET: bucket,
    LONGSHORE_STORE_ACCESS_KEY_ID: accessKeyId ?? '',
    LONGSHORE_STORE_SECRET_ACCESS_KEY: secretAccessKey ?? '',
  };
}
