import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { programPath } from './programs.ts';
import { runProgram } from './run-program.ts';
import { startProcess } from './started-process.ts';

export interface PostgresServer {
  /** A connection string of an empty database, for a superuser without password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Makes another empty database, so that one server serves many tests, and answers with its connection string. */
  createDatabase(name: string): Promise<string>;
  output(): string;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

/** Starts a real PostgreSQL on loopback in a temporary folder; as root it runs under the user `postgres`. */
export async function startPostgres(settings: Record<string, string> = {}): Promise<PostgresServer> {
  const initdb = programPath('initdb');
  const postgres = programPath('postgres');
  const owner = await serverOwner();
  const directory = await mkdtemp(join(tmpdir(), 'longshore-postgres-'));
  if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
  try {
    const data = join(directory, 'data');
    const init = ['--pgdata', data, '--username=longshore', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    await runProgram(initdb, init, { cwd: directory, ...owner });
    const port = await freePort();
    // Tests end servers, not machines: what is not synced is still in the page cache.
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: directory, fsync: 'off', ...settings };
    const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = await startProcess(postgres, ['-D', data, '-p', String(port), ...flags], {
      ready: /database system is ready to accept connections/,
      cwd: directory,
      ...owner,
    });
    const url = (database: string): string => `postgres://longshore@127.0.0.1:${port}/${database}`;
    return {
      url: url('postgres'),
      port,
      pid: server.pid,
      async createDatabase(name) {
        await runProgram(programPath('createdb'), ['--maintenance-db', url('postgres'), name]);
        return url(name);
      },
      output: server.output,
      async stop() {
        // A fast shutdown: sessions are ended, not awaited.
        await server.stop('SIGINT');
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** PostgreSQL refuses to run as root. */
async function serverOwner(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string): Promise<number> => Number((await runProgram('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
