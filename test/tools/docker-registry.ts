import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from './started-process.ts';

/** Docker's own registry: one that speaks the distribution API and nothing else. */
export interface DockerRegistry {
  readonly url: string;
  readonly host: string;
  readonly name: string;
  readonly password: string;
  stop(): Promise<void>;
}

const name = 'alice';
const password = 'plain-password';
// bcrypt, the only kind of hash that it takes, of the password.
const hash = '$2b$05$abcdefghijklmnopqrstuuEzwSvsAEN3hojSC07ytmR.4wvDa2cZe';

/** Starts one on loopback, with one user. `program`: its path. */
export async function startDockerRegistry(program: string): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-docker-registry-'));
  const users = join(folder, 'users');
  const config = join(folder, 'config.json');
  await writeFile(users, `${name}:${hash}\n`);
  // YAML, of which JSON is a part.
  const settings = {
    version: '0.1',
    log: { level: 'info' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0' },
    auth: { htpasswd: { realm: 'registry', path: users } },
  };
  await writeFile(config, JSON.stringify(settings));
  const server = await startProcess(program, ['serve', config], { ready: /listening on (127\.0\.0\.1:\d+)/ });
  const host = server.readyMatch[1] ?? '';
  return {
    ...{ url: `http://${host}`, host, name, password },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
