import assert from 'node:assert/strict';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createSecretBox } from '../../identity/secret-box.ts';
import { openSqliteMetadata } from '../../metadata/sqlite/sqlite-metadata.ts';
import { createDialer } from '../../outgoing/guarded-dialer.ts';
import { startRawReceiver } from '../../outgoing/testing/raw-receiver.ts';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { Attempt, Delivery, KeptEvent, Webhook, WebhookSettings } from '../../registry/ports/webhook-store.ts';
import { DeliveryLoop } from './delivery-loop.ts';
import type { DeliveryOutcome, WebhookDeps } from './webhook-deps.ts';
import { sealSecrets } from './webhook-secrets.ts';
import { webhooks } from './webhooks-feature.ts';

const by = systemAgent('test');
const event: KeptEvent = {
  type: 'tag.created',
  at: 1_700_000_000_000,
  actor: 'user:1:alice',
  projectId: undefined,
  repository: 'team/app',
  digest: undefined,
  tag: 'v1',
  data: {},
};
const secrets = createSecretBox(randomBytes(32), 'webhooks');
const closing: (() => unknown)[] = [];
let store: MetadataStore;
let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-webhooks-'));
  store = await openSqliteMetadata({ path: join(directory, 'metadata.db'), durability: 'relaxed' });
});
after(async () => {
  for (const close of closing) await close();
  await store.close();
  await rm(directory, { recursive: true });
});

/** Runs the loop of one process over the store until `stop`, with what it counted. */
function running(change: Partial<WebhookDeps> = {}) {
  const counted: DeliveryOutcome[] = [];
  const logger = {
    info: () => undefined,
    warn: () => undefined,
    error: (message: string) => assert.fail(message),
  };
  const deps: WebhookDeps = {
    store,
    dialer: createDialer({ allow: ['127.0.0.0/8'], ports: [[1, 65_535]], authorities: [], connectTimeoutMs: 20_000 }),
    secrets,
    logger,
    clock: Date.now,
    claimant: randomUUID(),
    source: 'https://registry.example',
    timeoutMs: 20_000,
    concurrency: 8,
    pollMs: 50,
    keepMs: 1_000_000,
    disableAfterMs: 1_000_000_000,
    counted: (outcome) => counted.push(outcome),
    pending: () => undefined,
    ...change,
  };
  const loop = new DeliveryLoop(deps);
  const stop = loop.start();
  return { deps, counted, wake: loop.wake, stop };
}

type Serve = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A receiver that keeps what it got; `got(n)` resolves when it has n requests. */
async function receiver(serve: Serve) {
  const requests: { headers: IncomingMessage['headers']; body: string }[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    requests.push({ headers: request.headers, body });
    serve(request, response, body);
    for (const { count, resolve } of waiting) if (requests.length >= count) resolve();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const got = (count: number) =>
    new Promise<void>((resolve) => {
      if (requests.length >= count) resolve();
      else waiting.push({ count, resolve });
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, requests, got };
}

async function rawReceiver(serve: (socket: Socket) => void): Promise<string> {
  const { port, close } = await startRawReceiver(serve);
  closing.push(close);
  return `http://127.0.0.1:${port}/`;
}

const answering =
  (status: number, text = '', headers = {}): Serve =>
  (_request, response) =>
    response.writeHead(status, headers).end(text);

async function create(url: string, change: Partial<WebhookSettings> = {}): Promise<Webhook> {
  const made = await store.createWebhook({
    owner: undefined,
    settings: {
      name: 'test',
      url,
      events: [],
      repositories: '**',
      tags: '*',
      format: 'cloudevents',
      headerNames: [],
      hasSecret: false,
      previousSecretUntil: undefined,
      sealed: undefined,
      enabled: true,
      ...change,
    },
    by,
    at: Date.now(),
  });
  return typeof made === 'string' ? assert.fail(made) : made;
}

let keys = 0;
/** Notes new events for a webhook; their keys. */
async function note(webhook: Webhook, count = 1): Promise<string[]> {
  const noted: string[] = [];
  for (let index = 0; index < count; index += 1) {
    keys += 1;
    noted.push(`${keys}-x`);
    await store.addDeliveries({ webhookIds: [webhook.id], eventKey: `${keys}-x`, event });
  }
  return noted;
}

/** The one delivery of a webhook with its log, once `isRight` says that it is as awaited. */
async function delivery(
  { id }: Webhook,
  isRight: (delivery: Delivery) => boolean,
): Promise<{ delivery: Delivery; attempts: readonly Attempt[] }> {
  for (;;) {
    const [newest] = (await store.listDeliveries(id, { state: undefined, before: undefined, limit: 1 })).items;
    const found = newest && (await store.findDelivery(id, newest.id));
    if (found !== undefined && isRight(found.delivery)) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const tried = ({ attempts }: Delivery) => attempts > 0;
const idOf = ({ body }: { body: string }) => (JSON.parse(body) as { id: string }).id;

describe('a delivery', () => {
  test('is a signed CloudEvent, with keys and headers that no log has', async () => {
    const { url, requests, got } = await receiver((request, response) =>
      response.end(`you sent ${request.headers.authorization} and top-secret-value`),
    );
    const sealed = sealSecrets(secrets, url, {
      secret: `whsec_${Buffer.from('the new key').toString('base64')}`,
      previousSecret: 'the-old-key-text',
      headers: { Authorization: 'Bearer top-secret-value' },
    });
    const settings = { hasSecret: true, headerNames: ['Authorization'], sealed, previousSecretUntil: Date.now() + 3_600_000 };
    const webhook = await create(url, settings);
    const [key = ''] = await note(webhook);
    const { stop, counted } = running();
    await got(1);
    const { attempts } = await delivery(webhook, ({ state }) => state === 'delivered');
    await stop();
    const [{ headers, body }] = requests as [(typeof requests)[number]];
    assert.deepEqual(JSON.parse(body), {
      specversion: '1.0',
      id: key,
      source: 'https://registry.example',
      type: 'dev.longshore.tag.created',
      subject: 'team/app:v1',
      time: '2023-11-14T22:13:20.000Z',
      datacontenttype: 'application/json',
      data: { actor: 'user:1:alice', project: 'team', repository: 'team/app', tag: 'v1' },
    });
    assert.equal(headers['content-type'], 'application/cloudevents+json; charset=utf-8');
    assert.equal(headers.authorization, 'Bearer top-secret-value');
    assert.equal(headers['webhook-id'], key);
    const signed = (secret: string) =>
      `v1,${createHmac('sha256', secret).update(`${key}.${headers['webhook-timestamp']}.${body}`).digest('base64')}`;
    assert.equal(headers['webhook-signature'], `${signed('the new key')} ${signed('the-old-key-text')}`);
    assert.ok(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000) < 60);
    assert.deepEqual(
      attempts.map(({ status, request, answer, error }) => ({ status, request, answer, error })),
      [{ status: 200, request: body, answer: 'you sent *** and ***', error: undefined }],
    );
    assert.deepEqual(counted, ['delivered']);
  });

  test('comes again with the same id until it is taken', async () => {
    let failures = 0;
    const { url, requests } = await receiver((_request, response) => {
      failures += 1;
      response.writeHead(failures <= 1 ? 500 : 200).end();
    });
    const webhook = await create(url);
    const [key] = await note(webhook);
    const { stop, counted } = running({ store: soon(store) });
    const { delivery: done, attempts } = await delivery(webhook, ({ state }) => state === 'delivered');
    await stop();
    assert.equal(done.attempts, 2);
    assert.deepEqual(requests.map(idOf), [key, key]);
    assert.deepEqual(
      attempts.map(({ status, error }) => [status, error]),
      [
        [500, 'The receiver answered 500: it must answer 2xx.'],
        [200, undefined],
      ],
    );
    assert.deepEqual(counted, ['retry', 'delivered']);
  });

  test('waits as the receiver asks, within bounds', async () => {
    const { url } = await receiver(answering(503, '', { 'retry-after': '999999' }));
    const webhook = await create(url);
    await note(webhook);
    const { stop } = running();
    const { delivery: waiting } = await delivery(webhook, tried);
    await stop();
    const waitMs = (waiting.nextAttemptAt ?? 0) - waiting.createdAt;
    assert.ok(waitMs >= 3_600_000 && waitMs < 3_700_000, `${waitMs}`);
  });

  const silentMs = 300;
  const broken: [string, () => Promise<string>, RegExp, number?][] = [
    ['that hangs', () => rawReceiver(() => undefined), /no answer within 0\.3 s/, silentMs],
    [
      'that drips',
      () => rawReceiver((socket) => void setInterval(() => socket.write('H'), 20).unref()),
      /no answer within|broke off/,
      silentMs,
    ],
    ['that closes in the middle', () => rawReceiver((socket) => socket.once('data', () => socket.end('HTTP/1.1 200 O'))), /broke off/],
    ['that nobody runs', async () => 'http://127.0.0.9:9/', /ECONNREFUSED/],
    ['on a private address', async () => 'http://10.0.0.1/', /outgoing\.allow/],
    ['that redirects', async () => (await receiver(answering(307, '', { location: 'http://127.0.0.1:9/' }))).url, /redirect/],
  ];
  for (const [name, start, pattern, timeoutMs = 20_000] of broken) {
    test(`to a receiver ${name} is tried again, and the log says why`, async () => {
      const webhook = await create(await start());
      await note(webhook);
      const { stop, counted } = running({ timeoutMs });
      const { delivery: waiting, attempts } = await delivery(webhook, tried);
      await stop();
      assert.equal(waiting.state, 'pending');
      assert.match(attempts[0]?.error ?? '', pattern);
      assert.deepEqual(counted, ['retry']);
    });
  }

  test('with a huge answer is done; what is kept of the answer is 4 KiB', async () => {
    const { url } = await receiver((_request, response) => {
      response.on('error', () => undefined);
      const endless = () => {
        while (response.writable && response.write(Buffer.alloc(65_536, 'x')));
      };
      response.on('drain', endless);
      endless();
    });
    const webhook = await create(url);
    await note(webhook);
    const { stop } = running();
    const { attempts } = await delivery(webhook, ({ state }) => state === 'delivered');
    await stop();
    assert.equal(attempts[0]?.answer, 'x'.repeat(4096));
  });

  test('harbor#23463: with secrets of another host is not sent', async () => {
    const { url, requests } = await receiver(answering(200));
    const sealed = sealSecrets(secrets, 'https://other.example/', { secret: 'x'.repeat(20), previousSecret: undefined, headers: {} });
    const webhook = await create(url, { sealed, hasSecret: true });
    await note(webhook);
    const { stop } = running();
    const { attempts } = await delivery(webhook, tried);
    await stop();
    assert.match(attempts[0]?.error ?? '', /set secret and headers again/);
    assert.equal(requests.length, 0);
  });
});

describe('a webhook', () => {
  test('whose receiver answers 410 is disabled, and says so', async () => {
    const { url, requests } = await receiver(answering(410));
    const webhook = await create(url);
    await note(webhook, 1);
    const { stop } = running({ logger: { info: () => undefined, warn: () => undefined, error: () => undefined } });
    await delivery(webhook, tried);
    while ((await store.findAnyWebhook(webhook.id))?.enabled !== false) await new Promise((resolve) => setImmediate(resolve));
    await note(webhook, 1);
    await stop();
    assert.match((await store.findAnyWebhook(webhook.id))?.disabledReason ?? '', /410/);
    assert.equal(requests.length, 1);
  });

  test('is disabled when an event is given up and nothing has come through for long', async () => {
    const { url } = await receiver(answering(500));
    const webhook = await create(url);
    await note(webhook);
    const { stop, counted } = running({ store: aged(store), disableAfterMs: 0 });
    const { delivery: given } = await delivery(webhook, ({ state }) => state === 'failed');
    while ((await store.findAnyWebhook(webhook.id))?.enabled !== false) await new Promise((resolve) => setImmediate(resolve));
    await stop();
    assert.equal(given.nextAttemptAt, undefined);
    assert.deepEqual(counted, ['failed']);
    assert.match((await store.findAnyWebhook(webhook.id))?.disabledReason ?? '', /failed for/);
  });

  test('that hangs holds up nobody, however much waits for it', async () => {
    let asked = 0;
    const hang = () => {
      asked += 1;
    };
    const hanging = await Promise.all(Array.from({ length: 4 }, async () => create(await rawReceiver(hang))));
    const { url, requests, got } = await receiver(answering(200));
    for (const webhook of hanging) await note(webhook, 25);
    const healthy = await create(url);
    const sent = await note(healthy, 20);
    const { stop } = running({ concurrency: 4, timeoutMs: 5000 });
    const received = () => new Set(requests.map(idOf));
    // An answer that a busy machine reads too late is asked for again.
    while (received().size < sent.length) await got(requests.length + 1);
    await stop();
    assert.deepEqual(received(), new Set(sent));
    assert.ok(asked < 100 / 2, `the hanging ones were asked ${asked} times of 100 before the other had everything`);
    for (const webhook of hanging) await store.deleteWebhook({ owner: undefined, id: webhook.id, by, at: 0 });
  });
});

test('two processes deliver each event once; what one is stopped in comes from the other', async () => {
  const { url, requests, got } = await receiver((_request, response) => setImmediate(() => response.end()));
  const webhook = await create(url);
  const sent = await note(webhook, 60);
  const [first, second] = [running({ concurrency: 2 }), running({ concurrency: 2 })];
  await got(10);
  await first.stop();
  await got(60);
  const isPending = async () =>
    (await store.listDeliveries(webhook.id, { state: 'pending', before: undefined, limit: 1 })).items.length > 0;
  while (await isPending()) await new Promise((resolve) => setImmediate(resolve));
  await second.stop();
  assert.deepEqual(new Set(requests.map(idOf)), new Set(sent));
  assert.ok(requests.length < 70, `${requests.length} requests`);
});

test('an event is noted for the webhooks that want it, once', async () => {
  const all = await create('http://127.0.0.1:9/');
  const tags = await create('http://127.0.0.1:9/', { events: ['tag.created'], repositories: 'team/*', tags: 'v*' });
  const others = [
    await create('http://127.0.0.1:9/', { events: ['tag.deleted'] }),
    await create('http://127.0.0.1:9/', { repositories: 'other/**' }),
    await create('http://127.0.0.1:9/', { tags: 'latest' }),
    await create('http://127.0.0.1:9/', { enabled: false }),
  ];
  const { deps, stop } = running();
  await stop();
  const [subscriber] = webhooks(deps).subscribers ?? [];
  const registered = { ...event, type: 'tag.created', id: 4711, attempts: 0 } as const;
  for (let count = 0; count < 2; count += 1) await subscriber?.handle(registered);
  const noted = async ({ id }: Webhook) => (await store.listDeliveries(id, { state: undefined, before: undefined, limit: 9 })).items;
  for (const webhook of [all, tags])
    assert.deepEqual(
      (await noted(webhook)).map(({ eventKey }) => eventKey),
      [`4711-${event.at.toString(36)}`],
    );
  for (const webhook of others) assert.deepEqual(await noted(webhook), []);
});

/** The same store, in which what failed is due again at once. */
function soon(real: MetadataStore): MetadataStore {
  return {
    ...real,
    settleTurn: (input) =>
      real.settleTurn({ ...input, restMs: 0, attempts: input.attempts.map((attempt) => ({ ...attempt, delayMs: 0 })) }),
  };
}

/** The same store, in which whatever is due is a day old. */
function aged(real: MetadataStore): MetadataStore {
  return {
    ...real,
    listDue: async (id, limit) => (await real.listDue(id, limit)).map((due) => ({ ...due, ageMs: 24 * 60 * 60_000 })),
  };
}
