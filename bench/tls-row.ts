import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeAuthority, makeServerCertificate } from '../packages/server/src/http/tls/certificate-writer.ts';
import { manifestType } from './content.ts';
import { tagName } from './content-size.ts';
import { repository } from './fixture.ts';
import { nginxPath, startNginx } from './nginx.ts';
import { cost, type Figure, type Row, rate, type Subject, withProcessorTime } from './row.ts';
import type { RunningServer } from './server-process.ts';
import { readWithWrk } from './wrk.ts';

/** A second server of the same content over TLS, and nginx with files of the same bytes and the same certificate. */
async function tls(subject: Subject, seconds: number): Promise<Figure[]> {
  const { contender, fixture } = subject;
  if (!contender.isLongshore) return [];
  const directory = join(subject.directory, 'tls');
  await mkdir(directory, { recursive: true });
  const certFile = join(directory, 'pair.pem');
  await writeFile(certFile, newPair(), { mode: 0o600 });
  const blob = `v2/${repository}/blobs/${fixture.largeBlob.digest}`;
  const manifest = `v2/${repository}/manifests/${tagName(1)}`;
  const settings = ['--tls-cert-file', certFile];
  const servers = [{ name: 'TLS', server: await contender.start(subject.directory, { nodeArguments: [], settings, environment: {} }) }];
  try {
    const nginx = nginxPath();
    if (nginx !== undefined) {
      const files = { [blob]: fixture.largeBlob.bytes, [manifest]: fixture.manifests[0]?.bytes ?? Buffer.of() };
      servers.push({ name: 'nginx', server: await startNginx(nginx, directory, certFile, files) });
    }
    const figures: Figure[] = [];
    for (const connections of [1, 8]) {
      for (const { name, server } of servers) figures.push(...(await bytes(server, blob, { name, connections, seconds })));
    }
    for (const { name, server } of servers) figures.push(...(await requests(server, manifest, { name, connections: 32, seconds })));
    return figures;
  } finally {
    for (const { server } of servers) await server.stop();
  }
}

interface Load {
  readonly name: string;
  readonly connections: number;
  readonly seconds: number;
}

async function bytes(server: RunningServer, path: string, { name, connections, seconds }: Load): Promise<Figure[]> {
  const [load, used] = await withProcessorTime(server, () => readWithWrk(`${server.url}/${path}`, { connections, seconds }));
  const what = `${name}: blob of 95 MiB, ${connections} connection${connections === 1 ? '' : 's'}`;
  return [rate(`${what}, MiB/s`, load.mebibytesPerSecond), cost(`${what}, ms for a GiB`, used && (used * 1000 * 1024) / load.mebibytes)];
}

async function requests(server: RunningServer, path: string, { name, connections, seconds }: Load): Promise<Figure[]> {
  const options = { connections, seconds, accept: manifestType };
  const [load, used] = await withProcessorTime(server, () => readWithWrk(`${server.url}/${path}`, options));
  const what = `${name}: manifest GET`;
  return [rate(`${what}, requests/s`, load.requestsPerSecond), cost(`${what}, us each`, used && (used * 1e6) / load.requests)];
}

function newPair(): string {
  const authority = makeAuthority(['127.0.0.1'], new Date());
  const { certificate, key } = makeServerCertificate(authority, ['127.0.0.1'], new Date());
  return `${certificate.toString()}${key.export({ type: 'pkcs8', format: 'pem' })}`;
}

/** What TLS costs, beside nginx in the same minute. */
export const tlsRow: Row = { id: 'tls', long: true, measure: tls };
