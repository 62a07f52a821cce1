import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../packages/cli/bin/node-flags.js';
import { freePort } from '../test/tools/free-port.ts';
import { runProgram } from '../test/tools/run-program.ts';
import type { BackingServices } from './backing-services.ts';
import type { Gateway } from './gateway.ts';
import { type RunningServer, startServer } from './server-process.ts';

/** What is on the disk when a push is answered, for the reader of the tables. */
export interface Durability {
  /** A word or two, beside every figure of a write. */
  readonly label: string;
  readonly explanation: string;
}

/** A registry that takes part. */
export interface Contender {
  readonly name: string;
  /** As the program itself says it; `undefined` for one that this program did not start. */
  readonly version: string | undefined;
  readonly durability: Durability;
  /** Whether `start` begins a process of its own, which can be measured from outside. */
  readonly local: boolean;
  /** Whether `start` heeds changes. */
  readonly isLongshore: boolean;
  /** Of one on PostgreSQL: the connection string of the database of a server in that folder. */
  readonly databaseOf?: (directory: string) => Promise<string>;
  /** Of one that keeps its blobs in S3. */
  readonly gateway?: Gateway;
  /** No registry, but a client of the S3 service: it has part in the rows that can be measured without one. */
  readonly bare?: true;
  /** Of Longshore: runs one of its verbs on the state in that folder. */
  readonly operate?: (directory: string, args: readonly string[]) => Promise<void>;
  /** Starts it with its state in the folder, which may hold that of a run before. */
  start(directory: string, changes?: StartChanges): Promise<RunningServer>;
}

/** How a server is started unlike others. */
export interface StartChanges {
  readonly nodeArguments: readonly string[];
  readonly settings: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** With its blobs in S3: clients are sent there to read. */
  readonly redirect?: true;
}

export interface LongshoreSettings {
  readonly durability: 'full' | 'relaxed';
  /** As `--workers` takes it. */
  readonly workers: string;
  readonly metadata: 'sqlite' | 'postgres';
  readonly store: 'filesystem' | 's3';
}

const durabilities: Readonly<Record<LongshoreSettings['durability'], Durability>> = {
  full: { label: 'fsync', explanation: 'full: files, folders and the database are on the disk before every answer' },
  relaxed: { label: 'no fsync', explanation: 'relaxed: a power loss takes the last seconds' },
};

/** Of blobs in S3. */
export const inMemory = 'blobs are where the S3 service keeps them, here in memory';

const asUsual: StartChanges = { nodeArguments: [], settings: [], environment: {} };
const thisCheckout = fileURLToPath(new URL('..', import.meta.url));
/** Of a checkout. Under a Node that runs the sources it starts no other one. */
export const command = 'packages/cli/bin/longshore.js';

/** A checkout's server, this one's unless another is given, run from its sources as a service runs it, by the Node that runs the bench. */
export function longshore(settings: LongshoreSettings, services: BackingServices, checkout = thisCheckout): Contender {
  const { durability, workers, metadata, store } = settings;
  const { label, explanation } = durabilities[durability];
  return {
    name: nameOf(settings, checkout),
    version: undefined,
    durability: { label, explanation: store === 's3' ? `${explanation}; ${inMemory}` : explanation },
    local: true,
    isLongshore: true,
    ...(metadata === 'postgres' ? { databaseOf: (directory) => services.databaseOf(directory) } : {}),
    ...(store === 's3' ? { gateway: services.gateway } : {}),
    async operate(directory, args) {
      const program = [...nodeFlags, join(checkout, command), ...args, '--data', join(directory, 'data')];
      await runProgram(process.execPath, program, { env: await placesOf(settings, services, directory) });
    },
    async start(directory, { nodeArguments, settings: more, environment, redirect } = asUsual) {
      const port = await freePort();
      const serve = ['serve', '--listen', `127.0.0.1:${port}`, '--data', join(directory, 'data'), '--anonymous', 'push'];
      const args = [...nodeFlags, ...nodeArguments, join(checkout, command), ...serve];
      args.push('--durability', durability, '--workers', workers, ...(redirect ? ['--store-redirect', 'on'] : []), ...more);
      const scheme = more.includes('--tls-cert-file') ? 'https' : 'http';
      const places = await placesOf(settings, services, directory);
      return startServer(process.execPath, args, port, directory, { ...places, ...environment }, scheme);
    },
  };
}

/** Secrets are no arguments, which everybody on the machine may read. */
async function placesOf(
  { metadata, store }: LongshoreSettings,
  services: BackingServices,
  directory: string,
): Promise<Record<string, string>> {
  const places: Record<string, string> = {};
  if (metadata === 'postgres') {
    places['LONGSHORE_METADATA_KIND'] = 'postgres';
    places['LONGSHORE_METADATA_URL'] = await services.databaseOf(directory);
  }
  if (store === 's3') {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = await services.gateway.bucketOf(directory);
    places['LONGSHORE_STORE_KIND'] = 's3';
    places['LONGSHORE_STORE_ENDPOINT'] = endpoint;
    places['LONGSHORE_STORE_BUCKET'] = bucket;
    places['LONGSHORE_STORE_ACCESS_KEY_ID'] = accessKeyId;
    places['LONGSHORE_STORE_SECRET_ACCESS_KEY'] = secretAccessKey;
  }
  return places;
}

function nameOf({ durability, workers, metadata, store }: LongshoreSettings, checkout: string): string {
  return [
    'longshore',
    ...(checkout === thisCheckout ? [] : [`of ${basename(checkout)}`]),
    ...(metadata === 'sqlite' ? [] : [metadata]),
    ...(store === 'filesystem' ? [] : [store]),
    ...(durability === 'full' ? [] : [durability]),
    ...(workers === '1' ? [] : [`workers ${workers}`]),
  ].join(' ');
}
