import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { applyHeld } from '../config/held-settings.ts';
import { untilToldToStop } from '../processes/stop-signal.ts';
import { receiveOrders, tellListening } from '../processes/worker-orders.ts';
import { explainListening } from './explain-listening.ts';
import { announce, firstStart, givenPassword } from './first-start.ts';
import { drainMsOf, type ServeDeps, writingOf, writingOfWorker } from './serve-deps.ts';

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

/** `longshore serve`: runs until SIGTERM or SIGINT; one process, or a supervisor with workers that share the port. */
export async function serve(deps: ServeDeps): Promise<number> {
  const workers = deps.config.workers === 'auto' ? availableParallelism() : deps.config.workers;
  if (cluster.isWorker) return work(deps);
  if (workers === 1) return serveAlone(deps);
  const { supervise } = await import('./supervise.ts');
  return supervise(deps, workers);
}

async function serveAlone({ config, effective, openBackends, loadComposition }: ServeDeps): Promise<number> {
  const given = await givenPassword(config);
  // The database opens in a thread of its own meanwhile.
  const [backends, { composeServer }] = await Promise.all([openBackends(config, writingOf(config)), loadComposition()]);
  const composed = composeServer({ config, effective }, backends);
  process.on('SIGHUP', () => {
    // Whether it could be composed is told below.
    composed.then((server) => server.reload()).catch(() => undefined);
    backends.logger.warn(
      'SIGHUP: certificates are read again; one process alone cannot be replaced while it serves. Restart it, or use --workers.',
    );
  });
  const server = await composed;
  const address = await explainListening(config, (host, port) => server.listener.listen(host, port));
  // Before anybody is told that it listens: a signal right after that is for a server that stops in order.
  const stopped = untilToldToStop();
  await server.start();
  announce(config, address, await firstStart(given, backends));
  await stopped;
  await server.stop(drainMsOf(config), 0);
  return 0;
}

/** One worker of several: the supervisor prepared the data and speaks to the user. */
async function work({ openBackends, loadComposition, ...own }: ServeDeps): Promise<number> {
  const orders = receiveOrders();
  const { held, writerSocket, port, isReload } = await orders.begin;
  const loaded = applyHeld(own, held);
  const { config, waiting } = loaded;
  const [backends, { composeServer }] = await Promise.all([openBackends(config, writingOfWorker(config, writerSocket)), loadComposition()]);
  if (waiting.size > 0) {
    backends.logger.warn('These settings have changed and apply after a restart of the whole server; a rolling one keeps them.', {
      settings: [...waiting],
    });
  }
  const server = await composeServer(loaded, backends);
  await explainListening(config, () => server.listener.listenOn(port));
  await server.start();
  // Not before all of its start is behind it: one that ends now is replaced, and until then an old one is not ended for it.
  tellListening();
  // Nobody waits for it: a certificate authority may take minutes.
  if (isReload) {
    server.reload().catch((cause: unknown) => backends.logger.error('What SIGHUP asks for could not be looked at.', { cause }));
  }
  const { idleMs } = await orders.drain;
  await server.stop(drainMsOf(config), idleMs);
  return 0;
}
