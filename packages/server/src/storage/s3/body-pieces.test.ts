import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { passOn } from './body-pieces.ts';

const bodies = Array.from({ length: 3 }, (_, index) => randomBytes(2 ** 22 + index));
const silenceMs = 60_000;

/** Asks for one body after the other on one connection. */
async function serveBodies(t: TestContext): Promise<(index: number) => Promise<IncomingMessage>> {
  const server = createServer((request, response) => response.end(bodies[Number(request.url?.slice(1))])).listen(0, '127.0.0.1');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await once(server, 'listening');
  t.after(() => {
    agent.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return (index) => new Promise((resolve, reject) => get({ agent, port, path: `/${index}` }, resolve).once('error', reject));
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('a piece is whole until the sink is done with it, and then its memory is given back', async (t) => {
  const ask = await serveBodies(t);
  for (const [index, body] of bodies.entries()) {
    const pieces: Uint8Array[] = [];
    const hash = createHash('sha256');
    const sink = async (piece: Uint8Array): Promise<void> => {
      for (let turns = 0; turns < 3; turns += 1) await turn();
      hash.update(piece);
      pieces.push(piece);
    };
    assert.equal(await passOn(await ask(index), body.length, silenceMs, sink), undefined);
    assert.equal(hash.digest('hex'), sha256(body));
    assert.ok(pieces.some(({ byteLength }) => byteLength === 0));
  }
});

test('a piece that the sink takes at once is left to the parser that it comes from', async (t) => {
  const ask = await serveBodies(t);
  for (const [index, body] of bodies.entries()) {
    const pieces: Uint8Array[] = [];
    const sink = (piece: Uint8Array): undefined => void pieces.push(piece);
    assert.equal(await passOn(await ask(index), body.length, silenceMs, sink), undefined);
    assert.equal(sha256(Buffer.concat(pieces)), sha256(body));
  }
});

test('what the connection read is given back, and only while a body comes', async (t) => {
  const ask = await serveBodies(t);
  for (const [index, body] of bodies.entries()) {
    const reads: Uint8Array[] = [];
    const answer = await ask(index);
    const { socket } = answer;
    const before = socket.listenerCount('data');
    const hash = createHash('sha256');
    const onRead = (bytes: Uint8Array): void => void reads.push(bytes);
    socket.on('data', onRead);
    const sink = async (piece: Uint8Array): Promise<void> => void hash.update(piece);
    assert.equal(await passOn(answer, body.length, silenceMs, sink), undefined);
    socket.off('data', onRead);
    assert.equal(hash.digest('hex'), sha256(body));
    assert.ok(reads.length > 0 && reads.every(({ byteLength, buffer }) => byteLength === 0 || buffer.byteLength > byteLength));
    assert.ok(socket.listenerCount('data') <= before);
  }
});
