import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Endpoint, hostOf, type LoadBalancer } from './load-balancer.ts';
import { programPath } from './programs.ts';
import { replaceOnce } from './replace-once.ts';
import { startProcess } from './started-process.ts';

/**
 * Starts nginx before these servers: round robin, no stickiness, bodies of any size passed on as they come. With a certificate (a PEM
 * file that has its key too) it speaks HTTPS.
 */
export async function startNginx(listen: Endpoint, servers: readonly Endpoint[], certificate?: string): Promise<LoadBalancer> {
  const nginx = programPath('nginx');
  const directory = await mkdtemp(join(tmpdir(), 'longshore-nginx-'));
  const file = join(directory, 'nginx.conf');
  try {
    await mkdir(join(directory, 'temporary'));
    await writeFile(file, await configuration({ directory, listen, servers, certificate }));
    const balancer = await startProcess(nginx, ['-p', directory, '-e', 'stderr', '-c', file], { ready: /start worker process \d/ });
    return {
      url: `${certificate === undefined ? 'http' : 'https'}://${hostOf(listen)}`,
      host: hostOf(listen),
      output: balancer.output,
      async stop() {
        await balancer.stop('SIGTERM');
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** What deployments include (deploy/load-balancers), with other addresses, in a configuration that writes to `directory` only. */
async function configuration(place: Place): Promise<string> {
  const { directory, listen, servers, certificate } = place;
  const published = await readFile(new URL('../../deploy/load-balancers/nginx.conf', import.meta.url), 'utf8');
  const parameters = / {2}server [\d.:]+( .*;\n)/.exec(published)?.[1] ?? '';
  const list = servers.map((server) => `  server ${hostOf(server)}${parameters}`).join('');
  const tls = ['  listen 443 ssl;', '  ssl_certificate /etc/nginx/registry.crt;', '  ssl_certificate_key /etc/nginx/registry.key;'];
  const own =
    certificate === undefined
      ? [`  listen ${hostOf(listen)} reuseport;`]
      : [`  listen ${hostOf(listen)} ssl reuseport;`, `  ssl_certificate ${certificate};`, `  ssl_certificate_key ${certificate};`];
  const included = replaceOnce(published, tls.join('\n'), own.join('\n')).replace(/(?: {2}server [\d.:]+ .*\n)+/, list);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${directory}/temporary/${name};`)
    .join('\n');
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 2;
pid ${directory}/nginx.pid;
error_log stderr notice;
events {
worker_connections 2000;
}
http {
access_log off;
${temporary}
${included}
}
`;
}

interface Place {
  readonly directory: string;
  readonly listen: Endpoint;
  readonly servers: readonly Endpoint[];
  readonly certificate: string | undefined;
}
