import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, test } from 'node:test';
import { HttpExchange } from './http-exchange.ts';
import { RequestDeadlines } from './request-deadlines.ts';

const origin = { address: '127.0.0.1', baseUrl: '', host: '', viaTrustedProxy: false };
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A server that answers nothing by itself; what a connection receives for `text`. */
async function start(limits: { answerTimeoutMs: number; requestTimeoutMs: number }, work: (exchange: HttpExchange) => void) {
  const deadlines = new RequestDeadlines(limits, logger, 5);
  const server = createServer((request, response) => {
    const exchange = new HttpExchange(request, response, origin);
    response.on('close', () => deadlines.end(exchange));
    deadlines.begin(exchange);
    work(exchange);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  after(() => {
    deadlines.close();
    server.close();
    server.closeAllConnections();
  });
  return async (text: string): Promise<string> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(text);
    const pieces = await socket.toArray();
    return Buffer.concat(pieces).toString();
  };
}

test('a GET whose answer does not begin in time is told to try again', async () => {
  const send = await start({ answerTimeoutMs: 20, requestTimeoutMs: 60_000 }, () => undefined);
  const answer = await send('GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.match(answer, /^HTTP\/1.1 503 [\s\S]*Retry-After: 5[\s\S]*Connection: close[\s\S]*try again/);
});

test('an answer that has begun, and a write that is being completed, may take longer', async () => {
  const send = await start({ answerTimeoutMs: 5, requestTimeoutMs: 60_000 }, ({ method, response }) => {
    if (method === 'GET') response.writeHead(200, { Connection: 'close' }).flushHeaders();
    setTimeout(() => response.end('done'), 60);
  });
  assert.match(await send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), /^HTTP\/1.1 200 [\s\S]*done/);
  assert.match(await send('PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'), /^HTTP\/1.1 200 [\s\S]*done/);
});

test('an answer that goes on beyond the time of a whole request is cut off', async () => {
  const send = await start({ answerTimeoutMs: 60_000, requestTimeoutMs: 30 }, ({ response }) => {
    response.writeHead(200, { 'Content-Length': '1000000' });
    const drip = setInterval(() => response.write('x'), 5);
    response.on('close', () => clearInterval(drip));
  });
  const answer = await send('GET / HTTP/1.1\r\nHost: a\r\n\r\n').catch((error: NodeJS.ErrnoException) => String(error.code));
  assert.doesNotMatch(answer, /try again/, 'no words of ours amid the content');
});
