import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, type TestContext, test } from 'node:test';
import { Forwarding } from '../../packages/server/src/features/audit/forwarding.ts';
import { createLogReceiver } from '../../packages/server/src/outgoing/log-receivers.ts';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { until } from '../security/until.ts';
import { type Receiver, startHttpReceiver, startTcpReceiver, startTlsReceiver, startUdpReceiver } from './log-receivers.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { metadata } = registry;

/** Forwards to these in this process, as a server does, but quicker to look; answers what it logged and how it is stopped. */
function forward(t: TestContext, addresses: readonly string[], authorities: readonly string[] = [], timeoutMs = 20_000, clock = Date.now) {
  const logged: string[] = [];
  const log = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void logged.push(`${level} ${message} ${JSON.stringify(fields, (_key, value) => (value instanceof Error ? value.message : value))}`);
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const options = { authorities, authorization: 'Bearer marked-secret', timeoutMs };
  const forwarding = new Forwarding(
    addresses.map((address) => createLogReceiver(address, options)),
    {
      store: metadata,
      leases: metadata,
      logger,
      clock,
      holder: randomUUID(),
      origin: { host: 'registry.example', facility: 13 },
      pollMs: 10,
      leaseMs: 5000,
    },
  );
  const stop = forwarding.start();
  t.after(stop);
  return { logged, stop, forwarding };
}

const unforwarded = (sink: string) => metadata.listUnforwarded({ sink, at: Date.now(), limit: 9 });

const marks: string[] = [];
/** Appends entries that can be told from all others, and answers their marks. */
async function append(count: number): Promise<string[]> {
  const fresh = Array.from({ length: count }, () => randomUUID());
  marks.push(...fresh);
  const entry = { at: Date.now(), by: systemAgent('test'), project: undefined, outcome: 'denied' as const, count: 1 };
  await metadata.appendAudit({
    entries: fresh.map((mark) => ({ ...entry, action: 'push', resource: { kind: 'test', name: `a"]\\${mark}` }, detail: { mark } })),
  });
  return fresh;
}

const has = (receiver: Receiver, wanted: readonly string[]) => {
  const all = receiver.messages.join('\n');
  return wanted.every((mark) => all.includes(mark));
};

/** Entries are kept ready only from when a receiver is known. */
const known = (addresses: readonly string[]) => metadata.setAuditSinks({ names: addresses });

test('each kind of receiver gets every entry, in its own format', async (t) => {
  const [udp, tcp, tls, http] = await Promise.all([startUdpReceiver(), startTcpReceiver(), startTlsReceiver(), startHttpReceiver()]);
  for (const receiver of [udp, tcp, tls, http]) t.after(() => receiver.close());
  const addresses = [
    `syslog+udp://127.0.0.1:${udp.port}`,
    `syslog+tcp://127.0.0.1:${tcp.port}`,
    `syslog+tls://localhost:${tls.port}`,
    `http://127.0.0.1:${http.port}/ingest`,
  ];
  await known(addresses);
  const wanted = await append(450);
  const { logged, forwarding } = forward(t, addresses, [tls.authority]);
  for (const receiver of [udp, tcp, tls, http]) {
    await until(() => has(receiver, wanted));
    assert.equal(receiver.messages.length, wanted.length, 'none twice while nothing fails');
  }
  for (const { messages } of [udp, tcp, tls]) {
    assert.match(
      messages[0] ?? '',
      /^<109>1 \d{4}-\d\d-\d\dT[\d:.]+Z registry\.example longshore - push \[audit@32473 id="\d+" .*\] \{"mark":"/,
    );
    assert.ok(messages[0]?.includes(` resource="a\\"\\]\\\\${wanted[0]}"`), messages[0]);
  }
  const [first = ''] = http.messages;
  assert.deepEqual(JSON.parse(first).detail, { mark: wanted[0] });
  assert.equal(http.requests[0]?.headers.authorization, 'Bearer marked-secret');
  for (const address of addresses) await until(async () => (await unforwarded(address)).length === 0);
  await until(() => forwarding.forwarders.every((forwarder) => forwarder.lagMs() === 0));
  assert.deepEqual(logged, []);
});

test('a receiver that is away gets everything when it is back; one line in the log says so, and the others wait for nothing', async (t) => {
  const first = await startTcpReceiver();
  const http = await startHttpReceiver();
  t.after(() => http.close());
  const addresses = [`syslog+tcp://127.0.0.1:${first.port}`, `http://127.0.0.1:${http.port}/`];
  await known(addresses);
  const { logged, forwarding } = forward(t, addresses);
  const before = await append(3);
  await until(() => has(first, before));
  await first.close();
  const meanwhile = await append(230);
  await until(() => has(http, meanwhile));
  await until(() => logged.length > 0);
  await until(() => (forwarding.forwarders[0]?.lagMs() ?? 0) > 0);
  const second = await startTcpReceiver(first.port);
  t.after(() => second.close());
  await until(() => has(second, meanwhile));
  await until(() => logged.length > 1);
  assert.equal(logged.length, 2, logged.join('\n'));
  assert.match(logged[0] ?? '', /^error .*could not be forwarded.*ECONNREFUSED/);
  assert.match(logged[1] ?? '', /^info .*forwarded again/);
});

test('what is redirected, refused, or never answered was not taken; no header goes elsewhere', async (t) => {
  let status = 307;
  const http = await startHttpReceiver(() => status);
  t.after(() => http.close());
  const address = `http://127.0.0.1:${http.port}/`;
  await known([address]);
  const { logged } = forward(t, [address]);
  const wanted = await append(2);
  for (const refusal of [307, 500, 403]) {
    status = refusal;
    const asked = http.requests.length;
    await until(() => http.requests.length > asked + 1);
  }
  assert.equal((await unforwarded(address)).length, 2);
  assert.ok(http.requests.every(({ url }) => url === '/'));
  status = 200;
  await until(() => has(http, wanted));
  assert.ok(!logged.join().includes('marked-secret'));
});

test('what a receiver refuses as it is, alone, holds up nothing else: it is kept, told, and sent again', async (t) => {
  const isBad = (line: string) => line.includes('bad-entry');
  let isTaught = false;
  const http = await startHttpReceiver((lines) => (isTaught || !lines.some(isBad) ? 204 : 422));
  t.after(() => http.close());
  const address = `http://127.0.0.1:${http.port}/`;
  await known([address]);
  let now = Date.now();
  const bad = { at: now, by: systemAgent('bad-entry'), project: undefined, outcome: 'denied' as const, count: 1, detail: {} };
  await metadata.appendAudit({ entries: [{ ...bad, action: 'push', resource: { kind: 'test', name: '' } }] });
  const { logged, forwarding } = forward(t, [address], [], 20_000, () => now);
  const [forwarder = assert.fail()] = forwarding.forwarders;
  // Alone, it might be the receiver that refuses everything: that is an outage.
  await until(() => logged.length > 0);
  assert.match(logged[0] ?? '', /could not be forwarded.*answered 422/);
  const wanted = await append(300);
  await until(() => has(http, wanted));
  await until(() => logged.length > 1);
  assert.match(logged[1] ?? '', /^error A receiver refuses entries.*"count":1,"entries":\[\d+\]/);
  await until(() => forwarder.held() === 1 && forwarder.lagMs() === 0);
  assert.equal(http.messages.length, 300, 'none twice, and not the one');
  const asked = http.requests.length;
  now += 3_600_000;
  await until(() => http.requests.length > asked);
  await until(() => logged.filter((line) => line.includes('refuses entries')).length === 2);
  assert.equal(forwarder.held(), 1, 'alone it stays held, and is no outage');
  isTaught = true;
  now += 3_600_000;
  await until(() => http.messages.some(isBad));
  await until(() => forwarder.held() === 0);
});

test('who refuses everything has refused no entry', async (t) => {
  let status = 400;
  const http = await startHttpReceiver(() => status);
  t.after(() => http.close());
  const address = `http://127.0.0.1:${http.port}/`;
  await known([address]);
  const wanted = await append(5);
  const { logged, forwarding } = forward(t, [address]);
  await until(() => http.requests.length > 20);
  assert.equal(forwarding.forwarders[0]?.held(), 0);
  assert.equal((await unforwarded(address)).length, 5);
  assert.equal(logged.length, 1, logged.join('\n'));
  status = 204;
  await until(() => has(http, wanted));
});

test('a receiver that accepts and says nothing is left within the time limit, and tried again', async (t) => {
  const silent = await import('node:net').then(({ createServer }) =>
    createServer({ allowHalfOpen: true }, (socket) => void socket.resume()),
  );
  const connections: string[] = [];
  silent.on('connection', (socket) => {
    connections.push('one');
    socket.on('error', () => undefined);
    t.after(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.after(() => void silent.close());
  const address = `syslog+tcp://127.0.0.1:${(silent.address() as { port: number }).port}`;
  await known([address]);
  const { logged } = forward(t, [address], [], 100);
  await append(1);
  await until(() => connections.length > 1);
  assert.match(logged[0] ?? '', /did not take them within 0\.1 s/);
  assert.equal((await unforwarded(address)).length, 1);
});

test('TLS: nothing is sent to who has no certificate of a trusted authority', async (t) => {
  const tls = await startTlsReceiver();
  t.after(() => tls.close());
  const address = `syslog+tls://localhost:${tls.port}`;
  await known([address]);
  const { logged } = forward(t, [address], []);
  await append(1);
  await until(() => logged.length > 0);
  assert.match(logged[0] ?? '', /certificate|CERT|VERIFY/i);
  assert.deepEqual(tls.messages, []);
});

test('one of several processes forwards; when it stops, another goes on where it was', async (t) => {
  const http = await startHttpReceiver();
  t.after(() => http.close());
  const address = `http://127.0.0.1:${http.port}/`;
  await known([address]);
  const two = [forward(t, [address]), forward(t, [address])] as const;
  const before = await append(5);
  await until(() => has(http, before));
  assert.equal(http.messages.length, 5);
  // One that ends before it has noted what was taken leaves it to the next, which sends it again.
  await until(async () => (await unforwarded(address)).length === 0);
  const lags = () => two.map(({ forwarding }) => forwarding.forwarders[0]?.lagMs());
  assert.deepEqual(lags().filter((lag) => lag === undefined).length, 1, 'the owner alone tells how far it is behind');
  await two[lags()[0] === undefined ? 1 : 0].stop();
  const later = await append(5);
  await until(() => has(http, later));
  assert.equal(http.messages.length, 10);
});
