import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../test/tools/free-port.ts';
import { findProgram } from '../test/tools/programs.ts';
import { type RunningServer, startServer } from './server-process.ts';

/** A registry that takes part. */
export interface Contender {
  readonly name: string;
  /** What is on the disk when a push is answered, for the reader of the table. */
  readonly durability: string;
  /** Whether `start` begins a process of its own, which can be measured from outside. */
  readonly local: boolean;
  /** Starts it with its state in the folder, which may hold that of a run before. */
  start(directory: string): Promise<RunningServer>;
}

export interface LongshoreSettings {
  readonly durability: 'full' | 'relaxed';
  readonly workers: string;
}

const serverMain = fileURLToPath(new URL('../packages/server/src/main.ts', import.meta.url));

/** This checkout's server, run from its sources by the Node that runs the bench. */
export function longshore({ durability, workers }: LongshoreSettings): Contender {
  return {
    name: workers === '1' ? 'longshore' : `longshore (workers ${workers})`,
    durability: durability === 'full' ? 'full (fsync before every answer)' : 'relaxed (a power loss takes the last seconds)',
    local: true,
    async start(directory) {
      const port = await freePort();
      const data = join(directory, 'data');
      const args = [serverMain, 'serve', '--listen', `127.0.0.1:${port}`, '--data', data, '--anonymous', 'push'];
      args.push('--durability', durability, '--workers', workers);
      return startServer(process.execPath, args, port, directory);
    },
  };
}

/** `BENCH_PEER`: an address, the path of a program, or a program's name (`zot`, `distribution`, `docker-registry`). */
export function peer(given: string): Contender {
  const durability = 'its default';
  if (/^https?:\/\//.test(given)) {
    const url = given.replace(/\/+$/, '');
    const start = async (): Promise<RunningServer> => ({ url, pid: undefined, firstAnswerMs: Number.NaN, stop: async () => {} });
    return { name: url, durability: 'unknown', local: false, start };
  }
  const name = basename(given);
  const program = given.includes('/') ? given : findProgram(given);
  if (program === undefined) throw new Error(`BENCH_PEER: ${given} is neither on the PATH nor among the test tools`);
  const configure = name.startsWith('zot') ? zotConfig : distributionConfig;
  return {
    name,
    durability,
    local: true,
    async start(directory) {
      const port = await freePort();
      const config = join(directory, 'config.json');
      await mkdir(join(directory, 'data'), { recursive: true });
      await writeFile(config, JSON.stringify(configure(join(directory, 'data'), port)));
      return startServer(program, ['serve', config], port, directory);
    },
  };
}

function zotConfig(data: string, port: number): object {
  return { distSpecVersion: '1.1.1', storage: { rootDirectory: data }, http: { address: '127.0.0.1', port: String(port) } };
}

/** JSON is YAML; `serve` reads either. */
function distributionConfig(data: string, port: number): object {
  return { version: '0.1', storage: { filesystem: { rootdirectory: data } }, http: { addr: `127.0.0.1:${port}` } };
}
