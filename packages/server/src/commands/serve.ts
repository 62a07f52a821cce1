import cluster, { type Worker } from 'node:cluster';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import type { Backends, Server } from '../compose.ts';
import type { Config } from '../config/schema.ts';
import { ensureAdministrator } from '../identity/accounts.ts';
import { printLine } from '../observability/terminal.ts';
import { collectWorkerMetrics } from '../observability/worker-metrics.ts';
import { readPasswordFile } from './password-file.ts';

/** How long running requests may take to finish after SIGTERM. */
const drainMs = 30_000;
/** A worker that died is replaced after this, so that one which dies at once does not spin. */
const restartDelayMs = 500;

export const serveHelp = `longshore serve [settings]

Starts the registry. The first start makes an administrator and prints the password once.

Examples:
  longshore serve
  longshore serve --listen 0.0.0.0:5000 --data /srv/longshore --anonymous pull
  longshore serve --listen :443 --tls-cert-file /etc/ssl/registry.crt --tls-key-file /etc/ssl/registry.key
  longshore serve --listen :5000 --tls-self-signed registry.example,10.1.2.3
  longshore serve --config longshore.yaml

Settings (also in a YAML file, or as LONGSHORE_* variables):
`;

export interface ServeDeps {
  readonly config: Config;
  readonly openBackends: (config: Config) => Promise<Backends>;
  readonly composeServer: (config: Config, backends: Backends) => Promise<Server>;
}

/** `longshore serve`: runs until SIGTERM or SIGINT; one process, or a supervisor with workers that share the port. */
export async function serve(deps: ServeDeps): Promise<number> {
  const workers = deps.config.workers === 'auto' ? availableParallelism() : deps.config.workers;
  if (cluster.isWorker) return work(deps);
  if (workers > 1) return supervise(deps, workers);
  const given = await givenPassword(deps.config);
  const backends = await deps.openBackends(deps.config);
  const server = await deps.composeServer(deps.config, backends);
  const address = await listen(deps.config, server);
  // Before anybody is told that it listens: a signal right after that is for a server that stops in order.
  const stopped = untilStopped();
  await server.start();
  announce(deps.config, address, await firstStart(given, backends));
  await stopped;
  await server.stop(drainMs);
  return 0;
}

/** One worker of several: the supervisor prepared the data and speaks to the user. */
async function work({ config, openBackends, composeServer }: ServeDeps): Promise<number> {
  const server = await composeServer(config, await openBackends(config));
  await listen(config, server);
  const stopped = untilStopped();
  await server.start();
  // When the supervisor dies, Node ends its workers at once: nobody would restart or stop them.
  await stopped;
  await server.stop(drainMs);
  return 0;
}

async function supervise({ config, openBackends }: ServeDeps, count: number): Promise<number> {
  const given = await givenPassword(config);
  const backends = await openBackends(config);
  const { logger } = backends;
  collectWorkerMetrics();
  const listening = Promise.withResolvers<AddressInfo>();
  let stopping = false;
  let waiting = count;
  const start = (): Worker =>
    cluster
      .fork()
      .once('listening', (address) => {
        waiting -= 1;
        if (waiting === 0) listening.resolve({ address: address.address, port: address.port, family: 'IPv4' });
      })
      .once('exit', (code, signal) => {
        if (stopping) return;
        if (waiting > 0)
          return listening.reject(new Error(`A worker ended with ${signal ?? code} before it listened; its messages are above.`));
        logger.error('A worker died and is being replaced.', { code, signal });
        setTimeout(() => !stopping && start(), restartDelayMs);
      });
  for (let index = 0; index < count; index += 1) start();
  const stopped = untilStopped();
  try {
    announce(config, await listening.promise, await firstStart(given, backends));
    await backends.close();
    await stopped;
  } finally {
    stopping = true;
    await stopWorkers();
  }
  return 0;
}

async function stopWorkers(): Promise<void> {
  const running = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  await Promise.all(
    running.map((worker) => {
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      worker.process.kill('SIGTERM');
      return ended;
    }),
  );
}

/** The administrator's first password, when a file holds it. */
async function givenPassword({ adminPasswordFile }: Config): Promise<{ password?: string }> {
  return adminPasswordFile === undefined ? {} : { password: await readPasswordFile(adminPasswordFile) };
}

/**
 * Makes the administrator when there is none; returns the password if it was made here. Only a server that has started may do it: the
 * password is shown once, and one that ends before it could show it would have locked everybody out.
 */
async function firstStart(given: { password?: string }, { metadata }: Backends): Promise<string | undefined> {
  return (await ensureAdministrator(metadata, { ...given, now: Date.now() })).password;
}

async function listen({ listen: { host, port } }: Config, server: Server): Promise<AddressInfo> {
  try {
    return await server.listener.listen(host, port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const where = `${host ?? '*'}:${port}`;
    if (code === 'EADDRINUSE')
      throw new Error(`${where} is in use by another program: stop it, or choose another with --listen HOST:PORT.`, { cause: error });
    if (code === 'EACCES')
      throw new Error(`${where} may not be opened by this user: choose a port above 1023 with --listen HOST:PORT.`, { cause: error });
    throw error;
  }
}

function announce({ tls }: Config, { address, port, family }: AddressInfo, password: string | undefined): void {
  const anywhere = address === '::' || address === '0.0.0.0';
  const host = anywhere ? `localhost:${port}` : family === 'IPv6' && address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  if (password !== undefined) {
    printLine(
      `The administrator is 'admin' with the password ${password} (shown only now; 'longshore admin reset-password' makes a new one).`,
    );
    printLine('Log in and push a first image:');
    printLine(`  docker login ${host} -u admin`);
    printLine(`  docker tag alpine ${host}/admin/alpine`);
    printLine(`  docker push ${host}/admin/alpine`);
  }
  if (tls.selfSigned.length > 0) printLine("Clients must trust this registry's own certificate authority: 'longshore ca --help' says how.");
  const secure = tls.certFile !== undefined || tls.selfSigned.length > 0;
  printLine(`longshore is listening on ${secure ? 'https' : 'http'}://${host}`);
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve).once('SIGINT', resolve);
  });
}
