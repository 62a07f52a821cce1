import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { blobOf, imageOf } from '../crash/image.ts';
import { locationOf, RegistryClient } from '../crash/registry-client.ts';

/** Everything that many clients did, and what went wrong: there should be nothing. */
export interface LoadReport {
  answers: number;
  readonly failures: string[];
}

/** Clients of several kinds at work until `stop`. */
export interface Load {
  readonly report: LoadReport;
  /** Resolves when the last answer has come. */
  stop(): Promise<void>;
}

/** Begins: new connections, kept connections, mostly idle ones, pushes of images, and uploads whose bytes come slowly. */
export function startLoad(baseUrl: string): Load {
  const report: LoadReport = { answers: 0, failures: [] };
  const clients = { kept: new RegistryClient(() => baseUrl), pusher: new RegistryClient(() => baseUrl) };
  const idle = new Agent({ keepAlive: true, maxSockets: 3 });
  let stopping = false;
  const repeat = async (name: string, expected: number, work: () => Promise<number>): Promise<void> => {
    while (!stopping) {
      try {
        const status = await work();
        report.answers += 1;
        if (status !== expected) report.failures.push(`${name}: ${status}`);
      } catch (error) {
        report.failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  const image = (count: number) => imageOf(blobOf(Buffer.from('{}')), [blobOf(Buffer.from(`layer ${count}`))]);
  const push = async (repository: string, count: number): Promise<number> => {
    const manifest = image(count);
    for (const blob of manifest.blobs) await clients.pusher.pushBlob(repository, blob.bytes, 'chunked');
    return (await clients.pusher.putManifest(repository, 'latest', manifest)).status;
  };
  const running = [
    ...Array.from({ length: 6 }, () => repeat('new connection', 200, () => get(`${baseUrl}/healthz`, new Agent()))),
    ...Array.from({ length: 6 }, () => repeat('kept connection', 200, async () => (await clients.kept.send('GET', '/healthz')).status)),
    ...Array.from({ length: 3 }, () =>
      repeat('idle connection', 200, async () => {
        await pause(200);
        return get(`${baseUrl}/healthz`, idle);
      }),
    ),
    ...Array.from({ length: 2 }, (_, index) => {
      let count = 0;
      return repeat('push', 201, () => push(`load/app${index}`, count++));
    }),
    ...Array.from({ length: 2 }, () => repeat('slow upload', 201, () => uploadSlowly(clients.pusher, baseUrl))),
  ];
  return {
    report,
    stop: async () => {
      stopping = true;
      await Promise.all(running);
      for (const client of Object.values(clients)) client.close();
      idle.destroy();
    },
  };
}

async function get(url: string, agent: Agent): Promise<number> {
  const [response] = (await once(request(url, { agent }).end(), 'response')) as [IncomingMessage];
  await response.resume().toArray();
  return response.statusCode ?? 0;
}

/** A single request whose body takes longer than a worker is left alone in a rolling restart. */
async function uploadSlowly(client: RegistryClient, baseUrl: string): Promise<number> {
  const bytes = Buffer.alloc(60_000, 'slow');
  const location = locationOf(await client.send('POST', '/v2/load/slow/blobs/uploads/'));
  const put = request(new URL(`${location}?digest=${blobOf(bytes).digest}`, baseUrl), {
    method: 'PUT',
    agent: new Agent(),
    headers: { 'content-length': bytes.byteLength },
  });
  const answered = once(put, 'response') as Promise<[IncomingMessage]>;
  for (let at = 0; at < bytes.byteLength; at += 10_000) {
    put.write(bytes.subarray(at, at + 10_000));
    await pause(100);
  }
  put.end();
  const [response] = await answered;
  await response.resume().toArray();
  return response.statusCode ?? 0;
}
