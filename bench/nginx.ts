import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../test/tools/free-port.ts';
import { findProgram } from '../test/tools/programs.ts';
import { type RunningServer, startServer } from './server-process.ts';

/** Where nginx is, if it is installed. */
export const nginxPath = (): string | undefined => findProgram('nginx');

/**
 * nginx as a server of files over TLS: one worker, sendfile, no log. `files`: the bytes by path, without a slash in front.
 * `certFile` holds certificate and key.
 */
export async function startNginx(
  program: string,
  directory: string,
  certFile: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<RunningServer> {
  const root = join(directory, 'root');
  for (const [path, bytes] of Object.entries({ 'v2/index.html': Buffer.from('{}'), ...files })) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(directory, name)};`);
  const config = `daemon off; worker_processes 1; pid ${join(directory, 'nginx.pid')}; error_log stderr;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; ${temporary.join(' ')}
  server {
    listen 127.0.0.1:${port} ssl; root ${root};
    ssl_certificate ${certFile}; ssl_certificate_key ${certFile}; ssl_protocols TLSv1.2 TLSv1.3;
  }
}
`;
  const configFile = join(directory, 'nginx.conf');
  await writeFile(configFile, config);
  return startServer(program, ['-c', configFile, '-p', directory], port, directory, {}, 'https');
}
