import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Endpoint, hostOf, type LoadBalancer } from './load-balancer.ts';
import { programPath } from './programs.ts';
import { startProcess } from './started-process.ts';

/** Starts haproxy before these servers: round robin, no stickiness, bodies passed on as they come. */
export async function startHaproxy(listen: Endpoint, servers: readonly Endpoint[]): Promise<LoadBalancer> {
  const haproxy = programPath('haproxy');
  const directory = await mkdtemp(join(tmpdir(), 'longshore-haproxy-'));
  const file = join(directory, 'haproxy.cfg');
  try {
    await writeFile(file, configuration(listen, servers));
    // In the foreground (-db), and with a line that says that it runs (-V).
    const balancer = await startProcess(haproxy, ['-V', '-db', '-f', file], { ready: /Using .* polling mechanism/ });
    return {
      url: `http://${hostOf(listen)}`,
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

/**
 * Requests that change something are sent again only when the connection could not be made, reads also when the server died over
 * them. While no server is ready (the object store is down) those that live get the requests: they still serve what they can.
 */
function configuration(listen: Endpoint, servers: readonly Endpoint[]): string {
  const list = servers.map((server, index) => `  server replica${index + 1} ${hostOf(server)} check`).join('\n');
  return `
global
  maxconn 4000

defaults
  mode http
  balance roundrobin
  timeout connect 2s
  timeout client 75s
  timeout server 75s
  timeout http-keep-alive 30s
  timeout check 3s
  option forwardfor
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response junk-response
  default-server inter 500ms fall 2 rise 1
  http-check expect status 200

frontend registry
  bind ${hostOf(listen)}
  http-request disable-l7-retry unless { method GET HEAD }
  use_backend alive if { nbsrv(ready) eq 0 }
  default_backend ready

backend ready
  option httpchk GET /readyz
${list}

backend alive
  option httpchk GET /healthz
${list}
`;
}
