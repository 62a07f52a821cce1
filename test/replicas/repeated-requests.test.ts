import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
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

test('haproxy sends a PUT to another replica when the first cannot be connected to', async (t) => {
  if (requirePrograms(t, 'haproxy') === undefined) return;
  const put = await beforeOneDead(t, 'haproxy');
  for (let time = 0; time < 4; time += 1) assert.equal(await put(), 201);
});

test('nginx answers one PUT with 502 for a replica that cannot be connected to, and none while clients try again', async (t) => {
  if (requirePrograms(t, 'nginx') === undefined) return;
  const put = await beforeOneDead(t, 'nginx');
  const begun = performance.now();
  const first = [await put(), await put()];
  assert.deepEqual(first.toSorted(), [201, 502]);
  // As long as a client waits at first before it tries again (crane a second), and nginx counts in whole seconds.
  await delay(2100);
  for (let time = 0; time < 8; time += 1) {
    const status = await put();
    // After five seconds, where much else runs, nginx looks for the dead one again.
    if (performance.now() - begun < 5000) assert.equal(status, 201);
  }
});

/** A load balancer before a replica that is not there and one that is: what puts a manifest there, each on its own connection, and tells the status. */
async function beforeOneDead(t: TestContext, name: keyof typeof balancers): Promise<() => Promise<number>> {
  const [listen, dead, alive] = loopbackEndpoints(3) as [Endpoint, Endpoint, Endpoint];
  await startServer(t, alive, (request, response) => response.writeHead(request.method === 'PUT' ? 201 : 200).end());
  const balancer = await balancers[name](listen, [dead, alive]);
  atEnd(t, () => balancer.stop());
  const client = new HttpClient(balancer.url);
  atEnd(t, async () => client.close());
  const put = { headers: { connection: 'close' }, body: Buffer.from('{}') };
  return async () => (await client.send('PUT', '/v2/team/app/manifests/v1', put)).status;
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
async function startDying(t: TestContext, endpoint: Endpoint, seen: string[]): Promise<void> {
  await startServer(t, endpoint, (request, response) => {
    if (request.url === '/readyz') return void response.end();
    request.resume().on('end', () => {
      seen.push(request.method ?? '');
      request.socket.destroy();
    });
  });
}

async function startServer(t: TestContext, { address, port }: Endpoint, listener: RequestListener): Promise<void> {
  const server = createServer(listener).listen(port, address);
  atEnd(t, () => server.close());
  await once(server, 'listening');
}
