import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RequestObserver, RequestRecord } from '../registry/ports/request-observer.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { createListener, type ListenerDeps } from './listener.ts';

type Page = () => Promise<{ status: number; contentType: string; body: string }>;

/** A listener with pages only; nothing else of it is asked for. */
async function startListener(pages: Record<string, Page>, observe: RequestObserver = () => undefined, answerTimeoutMs = 60_000) {
  const errors: unknown[] = [];
  const deps = {
    limits: {
      headerBytes: 8192,
      headers: 100,
      urlBytes: 1024,
      headersTimeoutMs: 60_000,
      idleTimeoutMs: 60_000,
      answerTimeoutMs,
      requestTimeoutMs: 60_000,
      connections: 10,
      connectionsPerAddress: 10,
    },
    rates: undefined,
    signInRates: undefined,
    trustedProxies: [],
    publicUrl: undefined,
    networkOf: (address: string) => address,
    logger: {
      info: () => undefined,
      warn: () => undefined,
      error: (_message: string, fields: { cause?: unknown }) => errors.push(fields.cause),
    },
    pages: new Map(Object.entries(pages)),
    console: async () => {
      throw new RegistryError('UNSUPPORTED', { status: 404 });
    },
    observe,
    refusedConnection: () => undefined,
  };
  const listener = createListener(deps as unknown as ListenerDeps);
  const { port } = await listener.listen('127.0.0.1', 0);
  after(() => listener.drain(0, 0));
  return { listener, port, errors };
}

const ok = async () => ({ status: 200, contentType: 'text/plain', body: 'ok' });
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
/** The last request of its connection. */
const last = (path: string) => get(path).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');

/** What a connection receives until it is closed. */
function received(port: number, text: string): { answer: Promise<string>; cut(): void } {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  const answer = new Promise<string>((resolve) => {
    let all = '';
    socket.on('data', (piece) => {
      all += piece.toString();
    });
    socket.on('error', () => undefined).on('close', () => resolve(all));
  });
  return { answer, cut: () => void socket.resetAndDestroy() };
}

test('a drain lets the running request finish, and does not wait for its kept connection', async () => {
  const entered = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const { listener, port } = await startListener({
    '/slow': async () => {
      entered.resolve();
      await goOn.promise;
      return ok();
    },
  });
  const { answer } = received(port, get('/slow'));
  await entered.promise;
  const startedAt = performance.now();
  const drained = listener.drain(120_000, 0);
  goOn.resolve();
  await drained;
  assert.match(await answer, /^HTTP\/1.1 200 OK[\s\S]*ok$/);
  assert.ok(performance.now() - startedAt < 60_000, 'not only when the grace is over');
});

test('a drain cuts what is still running when the grace is over', async () => {
  const entered = Promise.withResolvers<void>();
  const { listener, port } = await startListener({
    '/stuck': () => {
      entered.resolve();
      return new Promise(() => undefined);
    },
  });
  const { answer } = received(port, get('/stuck'));
  await entered.promise;
  await listener.drain(10, 0);
  assert.equal(await answer, '');
});

test('a failure that nobody foresaw is a 500 with the id under which the log has its cause', async () => {
  const failure = new Error('unforeseen');
  const { port, errors } = await startListener({ '/broken': () => Promise.reject(failure) });
  const { answer } = received(port, last('/broken'));
  const text = await answer;
  assert.match(text, /^HTTP\/1.1 500 [\s\S]*X-Request-Id: [\s\S]*"code":"UNAVAILABLE"/);
  assert.ok(!text.includes('unforeseen'), 'the client does not see the cause');
  assert.deepEqual(errors, [failure]);
});

test('a failure is logged also when the client did not wait for the answer', async () => {
  const failure = new Error('unforeseen');
  const entered = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const { listener, port, errors } = await startListener({
    '/broken': async () => {
      entered.resolve();
      await goOn.promise;
      throw failure;
    },
  });
  const { answer, cut } = received(port, get('/broken'));
  await entered.promise;
  cut();
  await answer;
  goOn.resolve();
  await listener.drain(0, 0);
  assert.deepEqual(errors, [failure]);
});

test('an answer that comes when the time for it is over is no failure', async () => {
  const over = Promise.withResolvers<void>();
  const slow = async () => {
    await over.promise;
    return ok();
  };
  const { port, errors } = await startListener({ '/slow': slow }, () => over.resolve(), 1);
  assert.match(await received(port, get('/slow')).answer, /^HTTP\/1.1 503 /);
  await over.promise;
  await nextTurn();
  assert.deepEqual(errors, []);
});

test('a connection that sends hundreds of requests ahead is cut off', async () => {
  let served = 0;
  const { port } = await startListener({
    '/slow': () => {
      served += 1;
      return new Promise(() => undefined);
    },
  });
  const { answer } = received(port, get('/slow').repeat(300));
  assert.equal(await answer, '');
  assert.ok(served <= 1);
});

test('what fails before or in giving an answer ends its connection, not the process', async () => {
  const { port, errors } = await startListener({
    // No JSON can be made of this detail.
    '/broken': () => Promise.reject(new RegistryError('DENIED', { detail: 1n })),
  });
  assert.equal(await received(port, get('/broken')).answer, '');
  assert.ok(errors[0] instanceof TypeError);
});

test('an observer that throws ends neither the answer nor the process', async () => {
  const failure = new Error('in the observer');
  const { port, errors } = await startListener({}, () => {
    throw failure;
  });
  assert.match(await received(port, last('/')).answer, /^HTTP\/1.1 404 /);
  assert.deepEqual(errors, [failure]);
});

test('an observer hears of each exchange once, at its end', async () => {
  const records: RequestRecord[] = [];
  const { port } = await startListener({ '/page': ok }, (record) => records.push({ ...record, userAgent: record.userAgent }));
  await received(port, `${get('/page?secret=1')}${last('/nothing')}`).answer;
  const told = records.map(({ method, path, route, status, bytesSent, completed }) => ({
    method,
    path,
    route,
    status,
    bytesSent,
    completed,
  }));
  assert.deepEqual(told[0], { method: 'GET', path: '/page', route: '/page', status: 200, bytesSent: 2, completed: true });
  assert.deepEqual(
    { ...told[1], bytesSent: 0 },
    { method: 'GET', path: '/nothing', route: 'other', status: 404, bytesSent: 0, completed: true },
  );
  assert.equal(new Set(records.map(({ id }) => id)).size, 2);
  assert.equal(records.length, 2);
});

test('an observer hears of an exchange that the client cut off', async () => {
  const entered = Promise.withResolvers<void>();
  const recorded = Promise.withResolvers<RequestRecord>();
  const stuck = () => {
    entered.resolve();
    return new Promise<never>(() => undefined);
  };
  const { port } = await startListener({ '/stuck': stuck }, recorded.resolve);
  const { cut } = received(port, get('/stuck'));
  await entered.promise;
  cut();
  const { status, completed, route, clientAddress } = await recorded.promise;
  assert.deepEqual(
    { status, completed, route, clientAddress },
    { status: 0, completed: false, route: '/stuck', clientAddress: '127.0.0.1' },
  );
});
