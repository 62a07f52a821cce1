import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expectAnswer } from '../protocol/expected-answer.ts';
import { startRegistry, type TestRegistry } from '../protocol/registry-fixture.ts';
import { digestOf, octets, pushBlob, startUpload } from '../protocol/sample-content.ts';
import { flags, frame, frameTypes, headerBlock, opening, reset } from './http2-frames.ts';
import { openFilesBelow } from './open-blobs.ts';
import { logOf } from './own-log.ts';
import { until } from './until.ts';

const startHttp2 = (...flags: string[]) => startRegistry({ flags: ['--anonymous', 'push', ...flags], transport: 'h2' });
const registry = await startHttp2();
after(() => registry.stop());
const { client, data } = registry;
const repository = 'streams/app';
const place = { client, repository };
const mebibyte = 1024 * 1024;
const large = randomBytes(32 * mebibyte);
const blob = `/v2/${repository}/blobs/${await pushBlob(place, large)}`;
const openBlobs = () => openFilesBelow(join(data, 'blobs'));

/** Resolves when it is closed, by whatever. */
function closed(one: EventEmitter): Promise<void> {
  return new Promise((resolve) => one.once('close', resolve));
}

async function openSession(to: TestRegistry = registry): Promise<ClientHttp2Session> {
  const session = connect(to.url, { ca: await readFile(join(to.data, 'tls', 'ca.crt'), 'utf8') });
  // Tests look at how it ends.
  session.on('error', () => undefined);
  await once(session, 'remoteSettings');
  return session;
}

function ask(session: ClientHttp2Session, path: string, more: Record<string, string> = {}): ClientHttp2Stream {
  const stream = session.request({ ':path': path, ...more });
  stream.on('error', () => undefined);
  return stream;
}

test('streams of one connection are bounded: of a hundred, no more than 64 hold a blob open', async () => {
  const session = await openSession();
  assert.equal(session.remoteSettings.maxConcurrentStreams, 64);
  const streams = Array.from({ length: 100 }, () => ask(session, blob).pause());
  const answered = streams.map((stream) => once(stream, 'response'));
  await Promise.all(answered.slice(0, 64));
  // Node's own client keeps the others back; the next is answered when one has ended.
  assert.equal(openBlobs(), 64);
  streams[0]?.resume();
  await answered[64];
  assert.equal(openBlobs(), 64);
  session.destroy();
  await until(() => openBlobs() === 0);
});

/** A connection that speaks in frames. */
async function openFrames(to: TestRegistry = registry, options: { readonly allowHalfOpen?: boolean } = {}): Promise<TLSSocket> {
  const ca = await readFile(join(to.data, 'tls', 'ca.crt'), 'utf8');
  const socket = connectTls({ host: '127.0.0.1', port: to.port, ca, ALPNProtocols: ['h2'], ...options });
  // How it ends is seen by its closing.
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** Writes pieces until the server closes the connection; answers how many that were. */
async function writeUntilClosed(first: Uint8Array, piece: (index: number) => Uint8Array, most: number): Promise<number> {
  const socket = (await openFrames()).resume();
  const ended = closed(socket);
  socket.write(first);
  let written = 0;
  while (!socket.destroyed && !socket.readableEnded && written < most) {
    const taken = new Promise((resolve) => socket.write(piece(written), resolve));
    written += 1;
    await Promise.race([taken, ended]);
  }
  if (written < most) await ended;
  socket.destroy();
  return written;
}

test('CVE-2023-44487: who opens and cancels streams without end is cut off, and others are served', async () => {
  const cancelledGet = (index: number) => {
    const id = index * 2 + 1;
    const get = frame(frameTypes.headers, flags.endStream | flags.endHeaders, id, headerBlock('GET', blob));
    return Buffer.concat([get, reset(id, constants.NGHTTP2_CANCEL)]);
  };
  const cancelled = await writeUntilClosed(opening, cancelledGet, 10_000);
  assert.ok(cancelled < 10_000, `cut off after ${cancelled} streams`);
  expectAnswer(await client.send('GET', '/healthz'), { status: 200 });
  await until(() => openBlobs() === 0);
});

test('CVE-2024-27316: headers that go on for ever are cut off', async () => {
  const first = Buffer.concat([opening, frame(frameTypes.headers, flags.endStream, 1, headerBlock('GET', '/healthz'))]);
  const field = Buffer.concat([Buffer.of(0, 1), Buffer.from('x'), Buffer.of(100), Buffer.alloc(100, 'y')]);
  const sent = await writeUntilClosed(first, () => frame(frameTypes.continuation, 0, 1, field), 10_000);
  assert.ok(sent < 10_000, `cut off after ${sent} frames`);
});

test('CVE-2019-9512, CVE-2019-9515: pings and settings without end, whose answers nobody reads, are cut off', async () => {
  for (const flood of [frame(frameTypes.ping, 0, 0, Buffer.alloc(8)), frame(frameTypes.settings, 0, 0)]) {
    const socket = (await openFrames()).pause();
    const ended = closed(socket);
    socket.write(opening);
    const many = Buffer.concat(Array.from({ length: 20_000 }, () => flood));
    for (let round = 0; round < 40 && !socket.destroyed; round += 1)
      await Promise.race([new Promise((resolve) => socket.write(many, resolve)), ended]);
    socket.resume();
    await ended;
  }
});

test('headers beyond limits.headerBytes are refused, and the connection is still good for others', async () => {
  await using small = await startHttp2('--limits-header-bytes', '8192');
  const session = await openSession(small);
  assert.equal(session.remoteSettings.maxHeaderListSize, 8192);
  const stream = ask(session, '/healthz', Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`x-${index}`, 'x'.repeat(1000)])));
  const answered: number[] = [];
  stream.on('response', ({ ':status': status }) => answered.push(status ?? 0));
  await closed(stream);
  assert.notEqual(answered[0], 200);
  session.destroy();
  expectAnswer(await small.client.send('GET', '/healthz'), { status: 200 });
});

test('a session without streams is closed after limits.idleTimeoutSeconds, however much it pings', async () => {
  await using hurried = await startHttp2('--limits-idle-timeout-seconds', '1');
  const session = await openSession(hurried);
  const pings = setInterval(() => !session.destroyed && session.ping(() => undefined), 100);
  await closed(session);
  clearInterval(pings);
});

test('a session whose streams stand still is closed too, and its blobs with it', async () => {
  await using hurried = await startHttp2('--limits-idle-timeout-seconds', '1');
  const digest = await pushBlob({ client: hurried.client, repository }, large);
  const session = await openSession(hurried);
  ask(session, `/v2/${repository}/blobs/${digest}`).pause();
  await until(() => openFilesBelow(join(hurried.data, 'blobs')) === 1);
  await closed(session);
  await until(() => openFilesBelow(join(hurried.data, 'blobs')) === 0);
});

for (const code of [constants.NGHTTP2_CANCEL, constants.NGHTTP2_NO_ERROR, constants.NGHTTP2_INTERNAL_ERROR]) {
  test(`a download that is reset with code ${code} leaves no open file and is no error in the log`, async () => {
    const session = await openSession();
    const log = await logOf(async () => {
      for (const range of ['bytes=0-', 'bytes=0-9,100-10000000,20000000-30000000']) {
        const stream = ask(session, blob, { range }).pause();
        await until(() => openBlobs() === 1);
        stream.close(code);
        await until(() => openBlobs() === 0);
      }
    });
    assert.equal(log, '');
    session.destroy();
  });

  test(`an upload that is reset with code ${code} is not taken for a whole one`, async () => {
    const content = randomBytes(50_000);
    const location = await startUpload(place);
    expectAnswer(await client.send('PATCH', location, { headers: octets, body: content.subarray(0, 1000) }), { status: 202 });
    for (const length of [{ 'content-length': '49000' }, {}]) {
      const socket = await openFrames();
      const pong = Buffer.from([0, 0, 8, frameTypes.ping, 1]);
      const read = new Promise<void>((resolve) => socket.on('data', (piece: Buffer) => piece.includes(pong) && resolve()));
      socket.write(opening);
      socket.write(frame(frameTypes.headers, flags.endHeaders, 1, headerBlock('PATCH', location, { ...octets, ...length })));
      for (let at = 1000; at < 40_000; at += 13_000) socket.write(frame(frameTypes.data, 0, 1, content.subarray(at, at + 13_000)));
      socket.write(Buffer.concat([reset(1, code), frame(frameTypes.ping, 0, 0, Buffer.alloc(8))]));
      // Then it has read everything before.
      await read;
      expectAnswer(await client.send('GET', location), { status: 204, headers: { range: '0-999' } });
      socket.destroy();
    }
    const rest = { headers: { ...octets, 'content-range': '1000-49999' }, body: content.subarray(1000) };
    await until(async () => (await client.send('PUT', `${location}?digest=${digestOf(content)}`, rest)).status === 201);
  });
}

test('what is slow on one stream holds up no other', async () => {
  const session = await openSession();
  const slow = ask(session, blob).pause();
  await once(slow, 'response');
  const quick = ask(session, blob, { range: 'bytes=1000-1099' });
  const received: Buffer[] = [];
  for await (const piece of quick) received.push(piece as Buffer);
  assert.ok(Buffer.concat(received).equals(large.subarray(1000, 1100)));
  session.destroy();
  await until(() => openBlobs() === 0);
});

/** How many connections the server has, without the one that asks. */
async function openConnections(to: TestRegistry): Promise<number> {
  const { body } = await to.client.send('GET', '/metrics');
  return Number(/^registry_connections_open (\d+)$/m.exec(body.toString())?.[1]) - 1;
}

test('a client that does not close its side of a closed session, or lets everything lie unread, is cut off all the same', async () => {
  await using patient = await startHttp2();
  const counted = await openFrames(patient);
  assert.equal(await openConnections(patient), 1);
  counted.destroy();
  await using hurried = await startHttp2('--limits-idle-timeout-seconds', '1');
  const digest = await pushBlob({ client: hurried.client, repository }, large);
  const window = Buffer.of(0x7f, 0, 0, 0);
  const everyWindow = frame(frameTypes.settings, 0, 0, Buffer.concat([Buffer.of(0, 4), window]));
  const get = frame(frameTypes.headers, flags.endStream | flags.endHeaders, 1, headerBlock('GET', `/v2/${repository}/blobs/${digest}`));
  const leaving = frame(frameTypes.goaway, 0, 0, Buffer.alloc(8));
  for (const [what, sent, reads] of [
    ['idle', opening, true],
    ['leaving', Buffer.concat([opening, leaving]), true],
    ['not reading', Buffer.concat([opening, everyWindow, frame(frameTypes.windowUpdate, 0, 0, window), get]), false],
  ] as const) {
    const socket = await openFrames(hurried, { allowHalfOpen: true });
    if (reads) socket.resume();
    socket.write(sent);
    // It is counted since before its handshake, and may be gone by now where much else runs.
    await until(async () => (await openConnections(hurried)) === 0);
    assert.ok(!socket.destroyed, `${what}: the client itself has not closed it`);
    socket.destroy();
  }
});

test('a client that does not close its side holds up no end of the server', async () => {
  const short = await startHttp2();
  const socket = await openFrames(short, { allowHalfOpen: true });
  socket.write(opening);
  await once(socket, 'data');
  const told = once(socket, 'end');
  const stopped = short.stop(60_000);
  await told;
  await stopped;
  assert.ok(!socket.destroyed, 'the client itself has not closed it');
  socket.destroy();
});
