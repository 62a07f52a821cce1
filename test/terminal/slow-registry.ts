import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A stand-in for a registry that takes as long as a test wants: a real one is done before anybody could press a key. */
export interface SlowRegistry {
  readonly url: string;
  /** What the job 7, which a collection of garbage starts, answers from now on. */
  job: { readonly state: string; readonly progress?: unknown };
  /** Resolves when the first bytes of a download are out; the rest never comes. */
  readonly downloading: Promise<void>;
  stop(): Promise<void>;
}

/** Starts one on loopback. */
export async function startSlowRegistry(): Promise<SlowRegistry> {
  let began = () => {};
  const downloading = new Promise<void>((resolve) => {
    began = resolve;
  });
  const registry = { job: { state: 'running' } as SlowRegistry['job'] };
  const json = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer(({ url = '' }, response) => {
    if (url === '/api/v1/garbage/preview') json(response, 202, { job: '7' });
    else if (url === '/api/v1/jobs/7') json(response, 200, { id: '7', name: 'gc', ...registry.job });
    else if (url === '/api/v1/audit/export/csv') {
      response.writeHead(200, { 'content-type': 'text/csv' });
      response.write('at,actor\n', began);
    } else if (url === '/api/v1/audit/export/jsonl') {
      // More than a pipe holds, and never at an end.
      response.writeHead(200, { 'content-type': 'application/jsonl' });
      response.write('{"action":"login"}\n'.repeat(10_000));
    } else json(response, 404, {});
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return Object.assign(registry, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    downloading,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
