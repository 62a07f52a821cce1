import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { atEnd } from '../crash/at-end.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { startHaproxy } from '../tools/haproxy.ts';
import type { Endpoint } from '../tools/load-balancer.ts';
import { loopbackEndpoints } from '../tools/loopback-endpoints.ts';
import { startNginx } from '../tools/nginx.ts';
import { requirePrograms } from '../tools/programs.ts';

const balancers = { haproxy: startHaproxy, nginx: startNginx };

for (const name of ['haproxy', 'nginx'] as const) {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'POST']) {
    test(`${name} sends a ${method} over which a replica dies to no other: it may have been done`, async (t) => {
      if (requirePrograms(t, name) === undefined) return;
      const { status, seen } = await askDying(t, name, method);
      assert.equal(status, 502);
      assert.deepEqual(seen, [method]);
    });
  }

  test(`${name} sends a GET over which a replica dies to another`, async (t) => {
    if (requirePrograms(t, name) === undefined) return;
    const { seen } = await askDying(t, name, 'GET');
    assert.ok(seen.length > 1, `seen ${seen.length} times`);
  });
}

/** One request to a load balancer whose replicas die over every request: how it was answered, and what reached a replica. */
async function askDying(t: TestContext, name: keyof typeof balancers, method: string): Promise<{ status: number; seen: string[] }> {
  const [listen, ...replicas] = loopbackEndpoints(3);
  assert.ok(listen);
  const seen: string[] = [];
  for (const replica of replicas) await startDying(t, replica, seen);
  const balancer = await balancers[name](listen, replicas);
  atEnd(t, () => balancer.stop());
  const client = new HttpClient(balancer.url);
  atEnd(t, async () => client.close());
  const body = method === 'GET' ? {} : { body: Buffer.from('part') };
  const { status } = await client.send(method, '/v2/team/app/blobs/uploads/x', body);
  return { status, seen };
}

/** What no real replica does when asked to: it takes every request whole, and then is gone. */
async function startDying(t: TestContext, { address, port }: Endpoint, seen: string[]): Promise<void> {
  const server = createServer((request, response) => {
    if (request.url === '/readyz') return void response.end();
    request.resume().on('end', () => {
      seen.push(request.method ?? '');
      request.socket.destroy();
    });
  }).listen(port, address);
  atEnd(t, () => server.close());
  await once(server, 'listening');
}
