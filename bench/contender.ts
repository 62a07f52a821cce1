import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../packages/cli/bin/node-flags.js';
import { freePort } from '../test/tools/free-port.ts';
import { findProgram } from '../test/tools/programs.ts';
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
}

const durabilities: Readonly<Record<LongshoreSettings['durability'], Durability>> = {
  full: { label: 'fsync', explanation: 'full: files, folders and the database are on the disk before every answer' },
  relaxed: { label: 'no fsync', explanation: 'relaxed: a power loss takes the last seconds' },
};

const asUsual: StartChanges = { nodeArguments: [], settings: [], environment: {} };
const thisCheckout = fileURLToPath(new URL('..', import.meta.url));
/** Under a Node that runs the sources it starts no other one. */
const command = 'packages/cli/bin/longshore.js';

/** A checkout's server, this one's unless another is given, run from its sources as a service runs it, by the Node that runs the bench. */
export function longshore({ durability, workers }: LongshoreSettings, checkout = thisCheckout): Contender {
  const differences = [
    ...(checkout === thisCheckout ? [] : [`of ${basename(checkout)}`]),
    ...(durability === 'full' ? [] : [durability]),
    ...(workers === '1' ? [] : [`workers ${workers}`]),
  ];
  return {
    name: ['longshore', ...differences].join(' '),
    version: undefined,
    durability: durabilities[durability],
    local: true,
    isLongshore: true,
    async start(directory, { nodeArguments, settings, environment } = asUsual) {
      const port = await freePort();
      const data = join(directory, 'data');
      const args = [
        ...nodeFlags,
        ...nodeArguments,
        join(checkout, command),
        'serve',
        '--listen',
        `127.0.0.1:${port}`,
        '--data',
        data,
        '--anonymous',
        'push',
      ];
      args.push('--durability', durability, '--workers', workers, ...settings);
      const scheme = settings.includes('--tls-cert-file') ? 'https' : 'http';
      return startServer(process.execPath, args, port, directory, environment, scheme);
    },
  };
}

/**
 * One of `BENCH_PEER`: an address, the path of a program, a program's name (`zot`, `distribution`,
 * `docker-registry`), or the folder of another checkout of Longshore.
 */
export function peer(given: string): Contender {
  if (/^https?:\/\//.test(given)) {
    const url = given.replace(/\/+$/, '');
    const start = async (): Promise<RunningServer> => ({ url, pid: undefined, firstAnswerMs: Number.NaN, stop: async () => {} });
    return { name: url, version: undefined, durability: { label: '?', explanation: 'unknown' }, local: false, isLongshore: false, start };
  }
  if (existsSync(join(given, command))) return longshore({ durability: 'full', workers: '1' }, resolve(given));
  const name = basename(given);
  const program = given.includes('/') ? given : findProgram(given);
  if (program === undefined) throw new Error(`BENCH_PEER: ${given} is neither on the PATH nor among the test tools`);
  const kind = name.startsWith('zot') ? zot : distribution;
  return {
    name,
    isLongshore: false,
    version: versionOf(program, kind),
    durability: kind.durability,
    local: true,
    async start(directory) {
      const port = await freePort();
      const config = join(directory, 'config.json');
      await mkdir(join(directory, 'data'), { recursive: true });
      await writeFile(config, JSON.stringify(kind.configure(join(directory, 'data'), port)));
      return startServer(program, ['serve', config], port, directory, peerEnvironment);
    },
  };
}

function versionOf(program: string, { version }: PeerKind): string | undefined {
  const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return version.exec(`${stdout}${stderr}`)?.[1];
}

/** distribution 3 otherwise tries for as long as it lives to send traces to a collector that is not there. */
const peerEnvironment = { OTEL_TRACES_EXPORTER: 'none' };

interface PeerKind {
  /** Finds it in what `--version` prints. */
  readonly version: RegExp;
  readonly durability: Durability;
  readonly configure: (data: string, port: number) => object;
}

/** As its own minimal example: deduplication on. */
const zot: PeerKind = {
  version: /"commit":"([^"]+)"/,
  durability: { label: 'no fsync', explanation: 'none by default (storage.commit is off)' },
  configure: (data, port) => ({
    distSpecVersion: '1.1.1',
    storage: { rootDirectory: data },
    http: { address: '127.0.0.1', port: String(port) },
    log: { level: 'info' },
  }),
};

/** As in its image: the cache of blob descriptors on. JSON is YAML; `serve` reads either. */
const distribution: PeerKind = {
  version: /(\S+)\s*$/,
  durability: { label: 'fsync', explanation: 'every file that it writes, not always its folder' },
  configure: (data, port) => ({
    version: '0.1',
    storage: { cache: { blobdescriptor: 'inmemory' }, filesystem: { rootdirectory: data } },
    http: { addr: `127.0.0.1:${port}` },
  }),
};
