import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { freePort } from '../test/tools/free-port.ts';
import { findProgram } from '../test/tools/programs.ts';
import type { BackingServices } from './backing-services.ts';
import { type Contender, command, type Durability, longshore } from './contender.ts';
import { type RunningServer, startServer } from './server-process.ts';

/**
 * One of `BENCH_PEER`: an address, the path of a program, a program's name (`zot`, `distribution`,
 * `docker-registry`), or the folder of another checkout of Longshore.
 */
export function peer(given: string, services: BackingServices): Contender {
  if (/^https?:\/\//.test(given)) {
    const url = given.replace(/\/+$/, '');
    const start = async (): Promise<RunningServer> => ({ url, pid: undefined, firstAnswerMs: Number.NaN, stop: async () => {} });
    return { name: url, version: undefined, durability: { label: '?', explanation: 'unknown' }, local: false, isLongshore: false, start };
  }
  if (existsSync(join(given, command)))
    return longshore({ durability: 'full', workers: '1', metadata: 'sqlite' }, services, resolve(given));
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
