import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../security/until.ts';
import { type Endpoint, hostOf, type LoadBalancer } from './load-balancer.ts';
import { programPath } from './programs.ts';
import { replaceOnce } from './replace-once.ts';
import { startProcess } from './started-process.ts';

/**
 * Starts haproxy before these servers: round robin, no stickiness, bodies passed on as they come. With a certificate (a PEM file that has
 * its key too) it speaks HTTPS.
 */
export async function startHaproxy(listen: Endpoint, servers: readonly Endpoint[], certificate?: string): Promise<LoadBalancer> {
  const haproxy = programPath('haproxy');
  const directory = await mkdtemp(join(tmpdir(), 'longshore-haproxy-'));
  const file = join(directory, 'haproxy.cfg');
  try {
    await writeFile(file, await configuration(listen, servers, certificate));
    // In the foreground (-db), and with a line that says that it runs (-V).
    const balancer = await startProcess(haproxy, ['-V', '-db', '-f', file], { ready: /Using .* polling mechanism/ });
    // It says so before it listens.
    await until(() => accepts(listen));
    return {
      url: `${certificate === undefined ? 'http' : 'https'}://${hostOf(listen)}`,
      host: hostOf(listen),
      output: balancer.output,
      async stop() {
        // SIGUSR1 would wait for clients; nobody is there any more.
        await balancer.stop('SIGTERM');
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function accepts({ address, port }: Endpoint): Promise<boolean> {
  const socket = connect(port, address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Nobody listens yet.
    return false;
  } finally {
    socket.destroy();
  }
}

/** What deployments use (deploy/load-balancers), with other addresses. */
async function configuration(listen: Endpoint, servers: readonly Endpoint[], certificate: string | undefined): Promise<string> {
  const published = await readFile(new URL('../../deploy/load-balancers/haproxy.cfg', import.meta.url), 'utf8');
  const tls = certificate === undefined ? '' : ` ssl crt ${certificate} alpn h2,http/1.1`;
  const list = servers.map((server, index) => `  server replica${index + 1} ${hostOf(server)} check\n`).join('');
  const changed = replaceOnce(
    published,
    '  bind :443 ssl crt /etc/haproxy/registry.pem alpn h2,http/1.1\n',
    `  bind ${hostOf(listen)}${tls}\n`,
  );
  return changed.replaceAll(/(?: {2}server replica\d .*\n)+/g, list);
}
