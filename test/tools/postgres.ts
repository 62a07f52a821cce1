import { readFileSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { programPath } from './programs.ts';
import { runProgram } from './run-program.ts';
import { type StartedProcess, startProcess } from './started-process.ts';

/** How a server ends: sessions are ended; all is dropped where it stands; every process is killed. */
export type PostgresEnd = 'fast' | 'immediate' | 'kill';

export interface PostgresServer {
  /** A connection string of an empty database, for a superuser without password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Makes another empty database, so that one server serves many tests, and answers with its connection string. */
  createDatabase(name: string): Promise<string>;
  output(): string;
  /** Ends the server and keeps its files. */
  end(how?: PostgresEnd): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  /** Stops every process of it where it stands: connections stay open, and are made, and nobody answers. */
  freeze(): void;
  thaw(): void;
  /** Changes settings while it runs, and for its next starts. */
  configure(settings: Record<string, string>): Promise<void>;
  /** Starts another server that follows this one. */
  startStandby(settings?: Record<string, string>): Promise<PostgresStandby>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

export interface PostgresStandby extends PostgresServer {
  /** Follows nobody any more: takes writes. */
  promote(): Promise<void>;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

interface Place {
  readonly owner: Owner | undefined;
  readonly directory: string;
  readonly data: string;
}

const endSignals: Readonly<Record<PostgresEnd, NodeJS.Signals>> = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' };

/** Starts a real PostgreSQL on loopback in a temporary folder; as root it runs under the user `postgres`. */
export async function startPostgres(settings: Record<string, string> = {}): Promise<PostgresServer> {
  return inNewPlace(async (place) => {
    const init = ['--pgdata', place.data, '--username=longshore', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    await runProgram(programPath('initdb'), init, { cwd: place.directory, ...place.owner });
    return startServer(place, settings, /database system is ready to accept connections/);
  });
}

async function startStandby(url: string, settings: Record<string, string>): Promise<PostgresStandby> {
  return inNewPlace(async (place) => {
    const copy = ['--pgdata', place.data, '--write-recovery-conf', '--checkpoint=fast', '--no-sync', '--dbname', url];
    await runProgram(programPath('pg_basebackup'), copy, { cwd: place.directory, ...place.owner });
    const server = await startServer(place, settings, /database system is ready to accept/);
    const promote = async (): Promise<void> => {
      await runProgram(programPath('pg_ctl'), ['promote', '--wait', '-D', place.data], { cwd: place.directory, ...place.owner });
    };
    // Spread would read `pid` once and for all.
    return Object.assign(server, { promote });
  });
}

async function inNewPlace<T>(start: (place: Place) => Promise<T>): Promise<T> {
  const owner = await serverOwner();
  const directory = await mkdtemp(join(tmpdir(), 'longshore-postgres-'));
  if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
  try {
    return await start({ owner, directory, data: join(directory, 'data') });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function startServer({ directory, data, owner }: Place, settings: Record<string, string>, ready: RegExp): Promise<PostgresServer> {
  const port = await freePort();
  // Tests end servers, not machines: what is not synced is still in the page cache.
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: directory, fsync: 'off', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const launch = (): Promise<StartedProcess> =>
    startProcess(programPath('postgres'), ['-D', data, '-p', String(port), ...flags], { ready, cwd: directory, ...owner });
  let server = await launch();
  const url = (database: string): string => `postgres://longshore@127.0.0.1:${port}/${database}`;
  const signalAll = (signal: NodeJS.Signals): void => {
    // Children of a killed server may be gone already.
    for (const pid of [...childrenOf(server.pid), server.pid]) signalIfThere(pid, signal);
  };
  const end = async (how: PostgresEnd = 'fast'): Promise<void> => {
    if (how !== 'kill') return server.stop(endSignals[how]);
    signalAll('SIGKILL');
    await server.exited;
  };
  return {
    url: url('postgres'),
    port,
    get pid() {
      return server.pid;
    },
    async createDatabase(name) {
      await runProgram(programPath('createdb'), ['--maintenance-db', url('postgres'), name]);
      return url(name);
    },
    output: () => server.output(),
    end,
    async start() {
      server = await launch();
    },
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    async configure(changes) {
      const commands = Object.entries(changes).map(([name, value]) => `alter system set ${name} = '${value}'`);
      const flags = [...commands, 'select pg_reload_conf()'].flatMap((command) => ['-c', command]);
      // A server that takes no writes is set free again by the same means.
      await runProgram(programPath('psql'), ['-X', '-q', '-d', url('postgres'), ...flags], {
        env: { PGOPTIONS: '-c default_transaction_read_only=off' },
      });
    },
    startStandby: (more = {}) => startStandby(url('postgres'), { ...settings, ...more }),
    async stop() {
      signalAll('SIGCONT');
      await end();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    // It is gone.
    return [];
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** PostgreSQL and what belongs to it refuse to run as root. */
export async function serverOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string): Promise<number> => Number((await runProgram('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
