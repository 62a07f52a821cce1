import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { serverOwner } from './postgres.ts';
import { programPath } from './programs.ts';
import { startProcess } from './started-process.ts';

export interface Pgbouncer {
  readonly port: number;
  output(): string;
  stop(): Promise<void>;
}

/** Starts a real pgbouncer in transaction mode before a server of `startPostgres`: whatever user asks, for whatever database. */
export async function startPgbouncer(serverPort: number, settings: Record<string, string | number> = {}): Promise<Pgbouncer> {
  const pgbouncer = programPath('pgbouncer');
  const owner = await serverOwner();
  const directory = await mkdtemp(join(tmpdir(), 'longshore-pgbouncer-'));
  const port = await freePort();
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: 4,
    max_client_conn: 500,
    // Every database has a pool of its own, and the server a hundred connections.
    server_idle_timeout: 1,
    ...settings,
  };
  const file = join(directory, 'pgbouncer.ini');
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  try {
    await writeFile(file, `[databases]\n* = host=127.0.0.1 port=${serverPort} user=longshore\n\n[pgbouncer]\n${lines.join('\n')}\n`);
    if (owner !== undefined) for (const path of [directory, file]) await chown(path, owner.uid, owner.gid);
    const server = await startProcess(pgbouncer, [file], { ready: /process up/, cwd: directory, ...owner });
    return {
      port,
      output: server.output,
      async stop() {
        // At once: SIGINT would wait for clients.
        await server.stop('SIGTERM');
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
