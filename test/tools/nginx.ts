import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Endpoint, hostOf, type LoadBalancer } from './load-balancer.ts';
import { programPath } from './programs.ts';
import { startProcess } from './started-process.ts';

/** Starts nginx before these servers: round robin, no stickiness, bodies of any size passed on as they come. */
export async function startNginx(listen: Endpoint, servers: readonly Endpoint[]): Promise<LoadBalancer> {
  const nginx = programPath('nginx');
  const directory = await mkdtemp(join(tmpdir(), 'longshore-nginx-'));
  const file = join(directory, 'nginx.conf');
  try {
    await mkdir(join(directory, 'temporary'));
    await writeFile(file, configuration(directory, listen, servers));
    const balancer = await startProcess(nginx, ['-p', directory, '-e', 'stderr', '-c', file], { ready: /start worker process \d/ });
    return {
      url: `http://${hostOf(listen)}`,
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

/**
 * nginx sends POST and PATCH to another server only when nothing was sent yet. It holds PUT and DELETE for harmless to repeat, but
 * the second PUT that ends an upload finds it ended: those go to one server only, by a location of their own.
 */
function configuration(directory: string, listen: Endpoint, servers: readonly Endpoint[]): string {
  const list = servers.map((server) => `    server ${hostOf(server)} max_fails=1 fail_timeout=1s;`).join('\n');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${directory}/temporary/${name};`)
    .join('\n');
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${directory}/nginx.pid;
error_log stderr notice;
events {
  worker_connections 2000;
}
http {
  access_log off;
${temporary}
  upstream replicas {
${list}
    keepalive 32;
  }
  server {
    listen ${hostOf(listen)};
    client_max_body_size 0;
    proxy_http_version 1.1;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_connect_timeout 2s;
    proxy_read_timeout 75s;
    proxy_send_timeout 75s;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    error_page 418 = @once;
    location / {
      if ($request_method ~ ^(PUT|DELETE)$) {
        return 418;
      }
      proxy_next_upstream error timeout;
      proxy_pass http://replicas;
    }
    location @once {
      proxy_next_upstream off;
      proxy_pass http://replicas;
    }
  }
}
`;
}
