import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBucket } from '../../packages/server/src/storage/s3/bucket-bench.ts';
import type { S3StoreOptions } from '../../packages/server/src/storage/s3/s3-store.ts';
import { type PostgresServer, startPostgres } from '../tools/postgres.ts';
import { radosgwPrograms, type S3Server, startRadosgw } from '../tools/radosgw.ts';

/** The programs that `startReplicas` and the services behind it need, for `requirePrograms`. */
export const replicaPrograms = [...radosgwPrograms, 'initdb', 'postgres', 'createdb', 'psql', 'faketime', 'haproxy', 'nginx'] as const;

/** What replicas share: a database, a bucket, and the key of their secrets. */
export interface BackingServices {
  readonly postgres: PostgresServer;
  readonly databaseUrl: string;
  readonly bucket: S3StoreOptions;
  /** The settings of a replica; `endpoint` where it finds the S3 service, when that is not the service itself. */
  settings(endpoint?: string): Record<string, string>;
  /** A directory for whatever belongs to the run; it goes with the services. */
  readonly directory: string;
  stop(): Promise<void>;
}

/** Starts a real PostgreSQL and a real S3 service, both empty. */
export async function startBackingServices(startS3: () => Promise<S3Server> = startRadosgw): Promise<BackingServices> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-replicas-'));
  const [postgres, gateway] = await bothOrNone(startPostgres(), startS3());
  const databaseUrl = await postgres.createDatabase('longshore');
  const bucket = await makeBucket(gateway);
  return {
    postgres,
    databaseUrl,
    bucket,
    directory,
    settings: (endpoint = gateway.endpoint) => ({
      LONGSHORE_METADATA_KIND: 'postgres',
      LONGSHORE_METADATA_URL: databaseUrl,
      LONGSHORE_STORE_KIND: 's3',
      LONGSHORE_STORE_ENDPOINT: endpoint,
      LONGSHORE_STORE_BUCKET: bucket.bucket,
      LONGSHORE_STORE_ACCESS_KEY_ID: gateway.accessKey,
      LONGSHORE_STORE_SECRET_ACCESS_KEY: gateway.secretKey,
      LONGSHORE_SECRETS_KEY_FILE: join(directory, 'secret.key'),
      LONGSHORE_TRUSTED_PROXIES: '127.0.0.0/8',
    }),
    async stop() {
      await Promise.all([postgres.stop(), gateway.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What still runs when the other could not be started would keep this process from ending. */
async function bothOrNone<A extends Stoppable, B extends Stoppable>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  try {
    return await Promise.all([one, other]);
  } catch (error) {
    for (const outcome of await Promise.allSettled([one, other])) if (outcome.status === 'fulfilled') await outcome.value.stop();
    throw error;
  }
}

interface Stoppable {
  stop(): Promise<void>;
}
