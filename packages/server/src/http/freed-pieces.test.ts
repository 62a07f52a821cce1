import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect, type Server } from 'node:net';
import { after, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { UploadHashes } from '../hashing/upload-hashes.ts';
import type { UploadWriter } from '../registry/ports/blob-store.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { WriteBehind } from '../registry/write-behind.ts';
import { Origins } from './client-address.ts';
import { connectionOf } from './connection.ts';
import { HttpExchange } from './http-exchange.ts';
import { requestBody } from './request-body.ts';
import { makeAuthority, makeServerCertificate } from './tls/certificate-writer.ts';
import { SecureServer } from './tls/secure-server.ts';
import { TransferWatch } from './transfer-watch.ts';

const mebibyte = 1024 * 1024;
/** Requests at once, whose bytes lie side by side in the buffers of one connection or of the process. */
const bodies = Array.from({ length: 3 }, (_, index) => randomBytes(4 * mebibyte + index));
const watch = new TransferWatch(0, 60_000);
after(() => watch.close());
const hashes = new UploadHashes();
after(() => hashes.close());
// The thread is for the next ones.
hashes.start('sha256', undefined);

interface Outcome {
  readonly sha256: string;
  /** Of what a thread was given. */
  readonly digest: string;
  /** Pieces whose memory was given back. */
  readonly freed: number;
}

/** Looks at the bytes as late as a disk might, and sometimes fails. */
function lateWriter(hash: (piece: Uint8Array) => void, failAt = Number.POSITIVE_INFINITY): UploadWriter {
  const refuse = () => Promise.reject(new Error('only write is used'));
  let writes = 0;
  const write = async (pieces: readonly Uint8Array[]) => {
    for (let turns = 0; turns < 5; turns += 1) await turn();
    writes += 1;
    if (writes === failAt) throw new Error('disk full');
    for (const piece of pieces) hash(piece);
  };
  return { write, checkpoint: refuse, truncate: refuse, commit: refuse, close: refuse };
}

/** Answers with what its upload path saw of each body: by the digest, which is taken when the bytes are written. */
async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const exchange = new HttpExchange(request, response, new Origins([], undefined).of(request, connectionOf(request.socket)));
  const hash = createHash('sha256');
  const pieces: Uint8Array[] = [];
  const failAt = request.url === '/fails' ? 3 : undefined;
  const inThread = hashes.start('sha256', undefined);
  const behind = new WriteBehind(
    lateWriter((piece) => hash.update(piece), failAt),
    inThread,
  );
  const tooLong = () => new RegistryError('SIZE_INVALID');
  try {
    await requestBody(exchange, { watch, maxBytes: 8 * mebibyte, tooLong })((piece) => {
      if (piece.byteLength > 0) pieces.push(piece);
      return behind.take(piece);
    });
    await behind.end();
    const digest = await inThread.digest();
    const outcome: Outcome = { sha256: hash.digest('hex'), digest, freed: pieces.filter((piece) => piece.byteLength === 0).length };
    response.end(JSON.stringify(outcome));
  } catch {
    await behind.settle();
    // Whoever failed leaves the connection to the others.
    request.resume();
    response.statusCode = 500;
    response.end('{}');
  }
}

const handle = (request: IncomingMessage, response: ServerResponse) => void receive(request, response);

async function listen(t: { after(work: () => void): void }, server: Server & { closeAllConnections(): void }): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

function secureServer(): SecureServer {
  const { certificate, key } = makeServerCertificate(makeAuthority(['a.example'], new Date()), ['a.example'], new Date());
  const pair = { cert: certificate.toString(), key: String(key.export({ type: 'pkcs8', format: 'pem' })) };
  const http2 = { headerBytes: 16_384, idleTimeoutMs: 60_000 };
  return new SecureServer({}, pair, { minVersion: 'TLSv1.3', http2, handshakeTimeoutMs: 10_000 }).on('request', handle);
}

function secureSocket(port: number, protocol: 'h2' | 'http/1.1', maxFragment: number) {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: [protocol] });
  // Small records end anywhere in a frame, so that a piece may be all that one read brought.
  socket.setMaxSendFragment(maxFragment);
  return socket;
}

/** One after the other on a connection, the middle one failing half-way. */
async function putByHttp1(socket: ReturnType<typeof connect>): Promise<Outcome[]> {
  let text = '';
  socket.setEncoding('latin1').on('data', (piece) => {
    text += piece;
  });
  for (const [index, body] of bodies.entries()) {
    const path = index === 1 ? '/fails' : '/';
    const last = index === bodies.length - 1 ? 'Connection: close\r\n' : '';
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n${last}\r\n`);
    socket.write(body);
  }
  await once(socket, 'close');
  return [...text.matchAll(/\{.*?\}/g)].map(([json]) => JSON.parse(json));
}

function requireEqualBytes(outcomes: readonly Partial<Outcome>[]): void {
  const expected = bodies.map((body) => createHash('sha256').update(body).digest('hex'));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.sha256),
    [expected[0], undefined, expected[2]],
  );
  for (const { sha256, digest } of outcomes) assert.equal(digest, sha256 && `sha256:${sha256}`);
}

const freed = (outcomes: readonly Partial<Outcome>[]) => outcomes.reduce((sum, outcome) => sum + (outcome.freed ?? 0), 0);

test('memory that is freed behind a write was the piece alone: HTTP/1.1', async (t) => {
  const port = await listen(t, createServer(handle));
  const outcomes = await putByHttp1(connect(port, '127.0.0.1'));
  requireEqualBytes(outcomes);
  assert.ok(freed(outcomes) > 0);
});

for (const maxFragment of [512, 16_384]) {
  test(`memory that is freed behind a write was the piece alone: HTTP/1.1 in TLS records of ${maxFragment} bytes`, async (t) => {
    const port = await listen(t, secureServer());
    const outcomes = await putByHttp1(secureSocket(port, 'http/1.1', maxFragment));
    requireEqualBytes(outcomes);
    assert.ok(freed(outcomes) > 0);
  });

  test(`memory that is freed behind a write was the piece alone: HTTP/2 in TLS records of ${maxFragment} bytes`, async (t) => {
    const port = await listen(t, secureServer());
    const socket = secureSocket(port, 'h2', maxFragment);
    await once(socket, 'secureConnect');
    const session = connectHttp2('https://a.example', { createConnection: () => socket });
    const outcomes = await Promise.all(
      bodies.map(async (body, index) => {
        const stream = session.request({ ':method': 'PUT', ':path': index === 1 ? '/fails' : '/' });
        stream.end(body);
        let text = '';
        for await (const piece of stream.setEncoding('utf8')) text += piece;
        return JSON.parse(text) as Partial<Outcome>;
      }),
    );
    session.close();
    requireEqualBytes(outcomes);
    assert.ok(maxFragment > 512 || freed(outcomes) > 0);
  });
}
