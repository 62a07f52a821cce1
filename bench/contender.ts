import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../packages/cli/bin/node-flags.js';
import { freePort } from '../test/tools/free-port.ts';
import type { BackingServices } from './backing-services.ts';
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
  /** Starts it with its state in the folder, which may hold that of a run before. */
  start(directory: string, changes?: StartChanges): Promise<RunningServer>;
}

/** How a server is started unlike others. */
export interface StartChanges {
  readonly nodeArguments: readonly string[];
  readonly settings: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface LongshoreSettings {
  readonly durability: 'full' | 'relaxed';
  /** As `--workers` takes it. */
  readonly workers: string;
  readonly metadata: 'sqlite' | 'postgres';
}

const durabilities: Readonly<Record<LongshoreSettings['durability'], Durability>> = {
  full: { label: 'fsync', explanation: 'full: files, folders and the database are on the disk before every answer' },
  relaxed: { label: 'no fsync', explanation: 'relaxed: a power loss takes the last seconds' },
};

const asUsual: StartChanges = { nodeArguments: [], settings: [], environment: {} };
const thisCheckout = fileURLToPath(new URL('..', import.meta.url));
/** Of a checkout. Under a Node that runs the sources it starts no other one. */
export const command = 'packages/cli/bin/longshore.js';

/** A checkout's server, this one's unless another is given, run from its sources as a service runs it, by the Node that runs the bench. */
export function longshore(settings: LongshoreSettings, services: BackingServices, checkout = thisCheckout): Contender {
  const { durability, workers, metadata } = settings;
  const databaseOf = (directory: string): Promise<string> => services.databaseOf(directory);
  return {
    name: nameOf(settings, checkout),
    version: undefined,
    durability: durabilities[durability],
    local: true,
    isLongshore: true,
    ...(metadata === 'postgres' ? { databaseOf } : {}),
    async start(directory, { nodeArguments, settings: more, environment } = asUsual) {
      const port = await freePort();
      const serve = ['serve', '--listen', `127.0.0.1:${port}`, '--data', join(directory, 'data'), '--anonymous', 'push'];
      const args = [...nodeFlags, ...nodeArguments, join(checkout, command), ...serve];
      args.push('--durability', durability, '--workers', workers, ...more);
      const database: Record<string, string> =
        metadata === 'sqlite' ? {} : { LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: await databaseOf(directory) };
      const scheme = more.includes('--tls-cert-file') ? 'https' : 'http';
      return startServer(process.execPath, args, port, directory, { ...database, ...environment }, scheme);
    },
  };
}

function nameOf({ durability, workers, metadata }: LongshoreSettings, checkout: string): string {
  return [
    'longshore',
    ...(checkout === thisCheckout ? [] : [`of ${basename(checkout)}`]),
    ...(metadata === 'sqlite' ? [] : [metadata]),
    ...(durability === 'full' ? [] : [durability]),
    ...(workers === '1' ? [] : [`workers ${workers}`]),
  ].join(' ');
}
