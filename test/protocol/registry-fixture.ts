import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServer } from '../../packages/server/src/compose.ts';
import { loadConfig } from '../../packages/server/src/config/load.ts';
import { addUser } from '../../packages/server/src/identity/accounts.ts';
import { openBackends } from '../../packages/server/src/open-backends.ts';
import type { Role, User } from '../../packages/server/src/registry/ports/account-store.ts';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import type { MetadataStore } from '../../packages/server/src/registry/ports/metadata-store.ts';
import { HttpClient, type TestClient } from './http-client.ts';
import { Http2Client } from './http2-client.ts';

/** `https` or `h2`: the same tests over TLS, by HTTP/1.1 or HTTP/2 (tls-transports.test.ts). */
export const usualTransport = process.env['LONGSHORE_TEST_TRANSPORT'];

/** The whole server in this process, over SQLite and a directory of its own, on a port of its own. */
export interface TestRegistry extends AsyncDisposable {
  readonly client: TestClient;
  /** Address and port. */
  readonly host: string;
  /** With scheme, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly data: string;
  readonly metadata: MetadataStore;
  /** Starts what goes on behind requests: jobs, events, and whatever looks around by itself. */
  startWork(): Promise<void>;
  /** A user with a password; `grants`: roles on whole projects, which are made when they do not exist. */
  addUser(name: string, grants?: Readonly<Record<string, Role>>): Promise<TestUser>;
  /** Ends it; requests that run may take `drainMs` (0) to finish. */
  stop(drainMs?: number): Promise<void>;
}

export interface TestUser {
  readonly user: User;
  readonly password: string;
  /** The value of Authorization with name and password. */
  readonly basic: string;
}

/**
 * Starts one. `data`: a directory to share with other servers, which then outlives it. `flags`: settings of `serve`. `transport`: as
 * `usualTransport`, over TLS with the registry's own certificate, or one in `flags` by the authority `ca`. `env`: `LONGSHORE_...`
 * variables.
 */
export async function startRegistry({
  flags = ['--anonymous', 'push'],
  data,
  transport = usualTransport,
  ca,
  env = {},
}: {
  flags?: readonly string[];
  data?: string;
  transport?: string | undefined;
  ca?: string;
  env?: Readonly<Record<string, string>>;
} = {}): Promise<TestRegistry> {
  const directory = data ?? (await mkdtemp(join(tmpdir(), 'longshore-protocol-')));
  const basics = [
    '--listen',
    '127.0.0.1:0',
    '--data',
    directory,
    '--durability',
    'relaxed',
    '--gc-schedule',
    'off',
    '--log-level',
    'error',
  ];
  const secure = transport === undefined || ca !== undefined ? [] : ['--tls-self-signed', '127.0.0.1'];
  const loaded = loadConfig([...basics, ...secure, ...flags], env, () => '');
  if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  const backends = await openBackends(loaded.config);
  const server = await composeServer(loaded, backends);
  const { port } = await server.listener.listen('127.0.0.1', 0);
  const host = `127.0.0.1:${port}`;
  const url = `${transport === undefined ? 'http' : 'https'}://${host}`;
  const client =
    transport === undefined
      ? new HttpClient(url)
      : connectTo(url, transport, ca ?? (await readFile(join(directory, 'tls', 'ca.crt'), 'utf8')));
  const { metadata } = backends;
  let stopped: Promise<void> | undefined;
  const stop = (drainMs = 0): Promise<void> => {
    stopped ??= (async () => {
      client.close();
      await server.stop(drainMs, 0);
      if (data === undefined) await rm(directory, { recursive: true, force: true });
    })();
    return stopped;
  };
  return {
    client,
    host,
    url,
    port,
    data: directory,
    metadata,
    startWork: () => server.start(),
    addUser: (name, grants = {}) => addTestUser(metadata, name, grants),
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

const connectTo = (url: string, transport: string, ca: string): TestClient =>
  transport === 'h2' ? new Http2Client(url, ca) : new HttpClient(url, ca);

async function addTestUser(metadata: MetadataStore, name: string, grants: Readonly<Record<string, Role>>): Promise<TestUser> {
  const password = `password of ${name}`;
  const at = Date.now();
  const { user } = await addUser(metadata, { name, password, administrator: false, now: at });
  for (const [project, role] of Object.entries(grants)) {
    if ((await metadata.findProject(project)) === undefined) await makeProject(metadata, project);
    await metadata.setProjectRole({ userId: user.id, project, role, by: systemAgent('test'), at });
  }
  return { user, password, basic: basicAuthorization(name, password) };
}

/** Projects begin with their first upload. */
async function makeProject(metadata: MetadataStore, project: string): Promise<void> {
  const id = `makes-${project}`;
  await metadata.startUpload({ id, repository: `${project}/first` as never, by: systemAgent('test'), algorithm: 'sha256', at: Date.now() });
  await metadata.cancelUpload({ id });
}

/** The value of Authorization for HTTP Basic. */
export function basicAuthorization(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}
