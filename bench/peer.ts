import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { BareBucket } from '../packages/server/src/storage/s3/bare-sdk-bench.ts';
import { freePort } from '../test/tools/free-port.ts';
import { findProgram } from '../test/tools/programs.ts';
import type { BackingServices } from './backing-services.ts';
import { type Contender, command, type Durability, inMemory, type LongshoreSettings, longshore } from './contender.ts';
import { type RunningServer, startServer } from './server-process.ts';

/**
 * One of `BENCH_PEER`: an address, the path of a program, a program's name (`zot`, `distribution`,
 * `docker-registry`), or the folder of another checkout of Longshore. Its blobs are in such a store, unless it was started by others;
 * another Longshore keeps the rest in such a database.
 */
export function peer(
  given: string,
  services: BackingServices,
  { store, metadata }: Pick<LongshoreSettings, 'store' | 'metadata'>,
): Contender {
  if (/^https?:\/\//.test(given)) {
    const url = given.replace(/\/+$/, '');
    const start = async (): Promise<RunningServer> => ({ url, pid: undefined, firstAnswerMs: Number.NaN, stop: async () => {} });
    return { name: url, version: undefined, durability: { label: '?', explanation: 'unknown' }, local: false, isLongshore: false, start };
  }
  if (existsSync(join(given, command))) return longshore({ durability: 'full', workers: '1', metadata, store }, services, resolve(given));
  const name = basename(given);
  const program = given.includes('/') ? given : findProgram(given);
  if (program === undefined) throw new Error(`BENCH_PEER: ${given} is neither on the PATH nor among the test tools`);
  const kind = name.startsWith('zot') ? zot : distribution;
  const { configureS3 } = kind;
  if (store === 's3' && configureS3 === undefined) throw new Error(`BENCH_PEER: ${given} does not take part with --store s3`);
  return {
    name,
    isLongshore: false,
    version: versionOf(program, kind),
    durability: store === 's3' ? { label: 'S3', explanation: inMemory } : kind.durability,
    local: true,
    ...(store === 's3' ? { gateway: services.gateway } : {}),
    async start(directory, changes) {
      const port = await freePort();
      const config = join(directory, 'config.json');
      await mkdir(join(directory, 'data'), { recursive: true });
      const settings =
        store === 's3'
          ? configureS3?.(await services.gateway.bucketOf(directory), changes?.redirect ?? false, port)
          : kind.configure(join(directory, 'data'), port);
      await writeFile(config, JSON.stringify(settings));
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
  /** With its blobs in a bucket; `redirect`: clients read there themselves. */
  readonly configureS3?: (bucket: BareBucket, redirect: boolean, port: number) => object;
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
  configureS3: ({ endpoint, bucket, accessKeyId, secretAccessKey }, redirect, port) => ({
    version: '0.1',
    storage: {
      cache: { blobdescriptor: 'inmemory' },
      redirect: { disable: !redirect },
      s3: {
        regionendpoint: endpoint,
        region: 'us-east-1',
        bucket,
        accesskey: accessKeyId,
        secretkey: secretAccessKey,
        secure: false,
        forcepathstyle: true,
      },
    },
    http: { addr: `127.0.0.1:${port}` },
  }),
};
