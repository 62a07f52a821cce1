import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { makeAuthority, makeServerCertificate } from '../http/tls/certificate-writer.ts';
import { DialError, type OutgoingRequest } from '../registry/ports/dialer.ts';
import { createDialer, type DialerOptions } from './guarded-dialer.ts';
import { addressesInHosts } from './host-addresses.ts';
import { startNameServer } from './testing/name-server.ts';
import { startRawReceiver } from './testing/raw-receiver.ts';

const closing: (() => unknown)[] = [];
after(async () => {
  for (const close of closing) await close();
});

const everywhere = { ports: [[1, 65_535]] as const, authorities: [], connectTimeoutMs: 30_000 };
const loopback = (change: Partial<DialerOptions> = {}) => createDialer({ ...everywhere, allow: ['127.0.0.0/8'], ...change });
const post = (url: string, change: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from('hello'),
  timeoutMs: 30_000,
  mostAnswerBytes: 4096,
  ...change,
});

/** A receiver on an address of loopback; answers its port, and counts requests. */
async function receiver(listener: RequestListener, { host = '127.0.0.1', port = 0 } = {}) {
  const seen: { host: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const pieces = await request.toArray();
    seen.push({ host: request.headers.host, body: Buffer.concat(pieces).toString() });
    listener(request, response);
  });
  server.listen(port, host);
  await once(server, 'listening');
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return { port: (server.address() as AddressInfo).port, seen };
}

/** One that answers with bytes of its own. */
async function rawReceiver(serve: (socket: Socket) => void): Promise<number> {
  const { port, close } = await startRawReceiver(serve);
  closing.push(close);
  return port;
}

async function names(answer: (question: number) => readonly string[] | undefined) {
  const server = await startNameServer(answer);
  closing.push(() => server.close());
  return server;
}

const fails =
  (problem: DialError['problem'], pattern = /./) =>
  (error: unknown) =>
    error instanceof DialError && error.problem === problem && pattern.test(error.message);
const ok: RequestListener = (_request, response) => response.end('fine');

describe('what may be reached', () => {
  test('CVE-2020-13788: loopback, private and metadata addresses are refused before anything is sent, in every form', async () => {
    const { port, seen } = await receiver(ok);
    const dialer = createDialer({ ...everywhere, allow: [] });
    const hosts = [
      '127.0.0.1',
      '0x7f.1',
      '2130706433',
      '017700000001',
      '127.1',
      '[::ffff:127.0.0.1]',
      '[::1]',
      '0.0.0.0',
      '[::]',
      '169.254.169.254',
    ];
    for (const host of [...hosts, '10.0.0.1', '[fd00:ec2::254]', 'localhost']) {
      await assert.rejects(dialer.send(post(`http://${host}:${port}/`)), fails('forbidden', /outgoing\.allow/), host);
    }
    assert.match(dialer.objection(`http://127.0.0.1:${port}/`) ?? '', /outgoing\.allow/);
    assert.equal(dialer.objection('https://hooks.example/x'), undefined);
    assert.equal(seen.length, 0);
  });

  test('networks and names that the administrator allows', async () => {
    const { port, seen } = await receiver(ok);
    const { address } = await names(() => ['127.0.0.1']);
    const send = (allow: string[], host: string) =>
      createDialer({ ...everywhere, allow, names: { servers: [address] } }).send(post(`http://${host}:${port}/hook?a=1`));
    assert.equal((await send(['127.0.0.1'], '127.0.0.1')).status, 200);
    assert.equal((await send(['127.0.0.0/8'], 'hooks.example')).status, 200);
    assert.equal((await send(['Hooks.example'], 'HOOKS.example')).status, 200);
    await assert.rejects(send(['hooks.example'], 'other.example'), fails('forbidden'));
    await assert.rejects(send(['127.0.0.2'], '127.0.0.1'), fails('forbidden'));
    assert.deepEqual(
      seen.map(({ host, body }) => [host, body]),
      [
        [`127.0.0.1:${port}`, 'hello'],
        [`hooks.example:${port}`, 'hello'],
        [`hooks.example:${port}`, 'hello'],
      ],
    );
  });

  test('only http and https, only ports that are set, no credentials in the address', async () => {
    const dialer = loopback({ ports: [[443, 443]] });
    for (const url of ['ftp://127.0.0.1/', 'file:///etc/passwd', 'unix:/run/x', 'nonsense', 'http://127.0.0.1/', 'https://127.0.0.1:22/'])
      await assert.rejects(dialer.send(post(url)), fails('forbidden'), url);
    await assert.rejects(dialer.send(post('https://user:password@127.0.0.1/')), fails('forbidden', /credentials/));
  });

  test('DNS rebinding: the name is looked up once, and the checked address itself is connected to', async () => {
    const asked = await receiver(ok, { host: '127.0.0.2' });
    const inside = await receiver(ok, { host: '127.0.0.1', port: asked.port });
    const { address, questions } = await names((question) => [question === 1 ? '127.0.0.2' : '127.0.0.1']);
    const dialer = createDialer({ ...everywhere, allow: ['127.0.0.2'], names: { servers: [address] } });
    const { status } = await dialer.send(post(`http://rebind.example:${asked.port}/`));
    assert.equal(status, 200);
    assert.equal(questions(), 1);
    assert.deepEqual([asked.seen.length, inside.seen.length], [1, 0]);
    await assert.rejects(dialer.send(post(`http://rebind.example:${asked.port}/`)), fails('forbidden'));
    assert.deepEqual([asked.seen.length, inside.seen.length], [1, 0]);
  });

  test('a name with one forbidden address among its addresses is refused', async () => {
    const { port, seen } = await receiver(ok, { host: '127.0.0.2' });
    const { address } = await names(() => ['127.0.0.2', '127.0.0.1']);
    const dialer = createDialer({ ...everywhere, allow: ['127.0.0.2'], names: { servers: [address] } });
    await assert.rejects(dialer.send(post(`http://mixed.example:${port}/`)), fails('forbidden'));
    assert.equal(seen.length, 0);
  });

  test('a redirect is an answer, and is not followed', async () => {
    const inside = await receiver(ok);
    const { port } = await receiver((_request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${inside.port}/secret` }).end();
    });
    const answer = await loopback().send(post(`http://127.0.0.1:${port}/`));
    assert.equal(answer.status, 307);
    assert.equal(answer.headers['location'], `http://127.0.0.1:${inside.port}/secret`);
    assert.equal(inside.seen.length, 0);
  });

  test('proxies of the environment are not used', async (context) => {
    const { port, seen } = await receiver(ok);
    const proxy = await receiver(ok);
    const before = { ...process.env };
    context.after(() => {
      process.env = before;
    });
    Object.assign(process.env, {
      NODE_USE_ENV_PROXY: '1',
      http_proxy: `http://127.0.0.1:${proxy.port}`,
      HTTP_PROXY: `http://127.0.0.1:${proxy.port}`,
    });
    assert.equal((await loopback().send(post(`http://127.0.0.1:${port}/`))).status, 200);
    assert.deepEqual([seen.length, proxy.seen.length], [1, 0]);
  });
});

describe('names', () => {
  test('without addresses, and without an answer', async () => {
    const empty = await names(() => []);
    const silent = await names(() => undefined);
    await assert.rejects(loopback({ names: { servers: [empty.address] } }).send(post('http://none.example/')), fails('unresolved'));
    const hanging = loopback({ names: { servers: [silent.address] } }).send(post('http://slow.example/', { timeoutMs: 100 }));
    await assert.rejects(hanging, fails('timeout'));
  });

  test('of the hosts file', () => {
    const text =
      '127.0.0.1 localhost\n# 10.0.0.1 off.example\n192.0.2.7\tHooks.example hooks # here\n::1 hooks.example\nbroken hooks.example\n';
    assert.deepEqual(addressesInHosts(text, 'hooks.example'), ['192.0.2.7', '::1']);
    assert.deepEqual(addressesInHosts(text, 'off.example'), []);
    assert.deepEqual(addressesInHosts(text, 'here'), []);
  });
});

describe('answers', () => {
  test('are read up to a limit', async () => {
    const { port } = await receiver((_request, response) => {
      response.on('error', () => undefined);
      const endless = () => {
        while (response.writable && response.write(Buffer.alloc(65_536, 'x')));
      };
      response.on('drain', endless);
      endless();
    });
    const answer = await loopback().send(post(`http://127.0.0.1:${port}/`));
    assert.equal(answer.status, 200);
    assert.equal(answer.body.byteLength, 4096);
    assert.equal(answer.complete, false);
  });

  test('that break off in the middle of the body are answers, and before its end of the header are not', async () => {
    const half = await rawReceiver((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'));
    const answer = await loopback().send(post(`http://127.0.0.1:${half}/`));
    assert.deepEqual([answer.status, answer.body.toString(), answer.complete], [200, 'half', false]);
    const cut = await rawReceiver((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'));
    await assert.rejects(loopback().send(post(`http://127.0.0.1:${cut}/`)), fails('broken'));
    const closed = await rawReceiver((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await assert.rejects(loopback().send(post(`http://127.0.0.1:${closed}/`)), fails('broken'));
  });

  test('that never come, that drip, and with an endless header end in time', async () => {
    const hanging = await rawReceiver(() => undefined);
    await assert.rejects(loopback().send(post(`http://127.0.0.1:${hanging}/`, { timeoutMs: 100 })), fails('timeout', /0\.1 s/));
    const drip = (text: string) =>
      rawReceiver((socket) => {
        socket.write(text);
        const timer = setInterval(() => socket.write('x'), 10);
        socket.on('close', () => clearInterval(timer));
      });
    const header = await drip('HTTP/1.1 200 OK\r\nx-slow: ');
    await assert.rejects(loopback().send(post(`http://127.0.0.1:${header}/`, { timeoutMs: 150 })), fails('timeout'));
    const body = await drip('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
    const answer = await loopback().send(post(`http://127.0.0.1:${body}/`, { timeoutMs: 4000 }));
    assert.deepEqual([answer.status, answer.complete], [200, false]);
    const endless = await rawReceiver((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${'x-long: '.padEnd(20_000, 'x')}\r\n`);
    });
    await assert.rejects(loopback().send(post(`http://127.0.0.1:${endless}/`)), fails('broken', /HPE_HEADER_OVERFLOW/));
  });

  test('that change the protocol unasked are no answers, at once', async () => {
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n';
    const port = await rawReceiver((socket) => socket.once('data', () => socket.write(upgrade)));
    const tooLong = AbortSignal.timeout(30_000);
    const never = once(tooLong, 'abort').then(() => 'no answer and no error');
    await assert.rejects(Promise.race([loopback().send(post(`http://127.0.0.1:${port}/`, { timeoutMs: 60_000 })), never]), fails('broken'));
  });

  test('are not waited for when the caller gives up, and nobody listening is said', async () => {
    const hanging = await rawReceiver(() => undefined);
    const stop = new AbortController();
    const sent = loopback().send(post(`http://127.0.0.1:${hanging}/`, { signal: stop.signal }));
    stop.abort(new Error('the process ends'));
    await assert.rejects(sent, /the process ends/);
    const { port } = await receiver(ok, { host: '127.0.0.3' });
    await assert.rejects(loopback().send(post(`http://127.0.0.4:${port}/`)), fails('unreachable', /ECONNREFUSED/));
  });
});

describe('TLS', () => {
  test('the certificate must be of the name and of a known authority, whatever the environment says', async (context) => {
    const now = new Date();
    const authority = makeAuthority(['hooks.example'], now);
    const { certificate, key } = makeServerCertificate(authority, ['hooks.example'], now);
    const server = createSecureServer({ cert: certificate.toString(), key: key.export({ type: 'pkcs8', format: 'pem' }) }, ok);
    const asked: unknown[] = [];
    server.on('secureConnection', ({ servername }) => asked.push(servername));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    const { port } = server.address() as AddressInfo;
    const { address } = await names(() => ['127.0.0.1']);
    const send = (host: string, authorities: readonly string[]) =>
      loopback({ authorities, names: { servers: [address] } }).send(post(`https://${host}:${port}/`));
    const trusted = [authority.certificate.toString()];
    assert.equal((await send('hooks.example', trusted)).body.toString(), 'fine');
    assert.deepEqual(asked, ['hooks.example'], 'receivers that share an address choose their certificate by the server name');
    const insecure = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    context.after(() => {
      if (insecure === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    });
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    await assert.rejects(send('wrong.example', trusted), fails('tls', /ERR_TLS_CERT_ALTNAME_INVALID/));
    await assert.rejects(send('127.0.0.1', trusted), fails('tls'));
    await assert.rejects(send('hooks.example', []), fails('tls'));
  });
});
