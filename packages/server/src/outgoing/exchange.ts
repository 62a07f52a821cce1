import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { DialError, type OutgoingAnswer, type OutgoingRequest } from '../registry/ports/dialer.ts';

/** All lines of an answer's header together. */
const mostHeaderBytes = 16_384;

/**
 * Sends one request over a connected socket, which nobody uses afterwards. Rejects when no whole header of an answer comes before `signal`
 * aborts; from then on there is an answer, and its body is as long as what came.
 */
export function exchange(socket: Socket, url: URL, asked: OutgoingRequest, signal: AbortSignal): Promise<OutgoingAnswer> {
  const { method, headers, body = new Uint8Array(), mostAnswerBytes } = asked;
  const { promise, resolve, reject } = Promise.withResolvers<OutgoingAnswer>();
  // Loaded when it is needed: an `import` costs every start a whole HTTP client.
  const request = process.getBuiltinModule('node:http').request({
    createConnection: () => socket,
    method,
    path: url.pathname + url.search,
    headers: { ...headers, host: url.host, 'content-length': String(body.byteLength), connection: 'close' },
    maxHeaderSize: mostHeaderBytes,
  });
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  // Not every end is an error: a change of protocol that nobody asked for is none.
  const end = () => reject(new DialError('broken', 'The connection ended without an answer.'));
  request.once('close', end);
  request.once('response', (answer) => {
    request.off('close', end);
    collect(answer, mostAnswerBytes, resolve);
  });
  request.on('error', (error) => {
    const code = 'code' in error ? ` (${String(error.code)})` : '';
    reject(new DialError('broken', `The connection broke off before there was an answer${code}.`, { cause: error }));
  });
  request.end(body);
  return promise.finally(() => {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  });
}

function collect(answer: IncomingMessage, mostBytes: number, resolve: (answer: OutgoingAnswer) => void): void {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const finish = (complete: boolean) =>
    resolve({
      status: answer.statusCode ?? 0,
      headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
      body: Buffer.concat(pieces).subarray(0, mostBytes),
      complete: complete && bytes <= mostBytes,
    });
  answer.on('data', (piece: Buffer) => {
    pieces.push(piece);
    bytes += piece.byteLength;
    if (bytes > mostBytes) finish(false);
  });
  answer.once('end', () => finish(answer.complete));
  answer.once('error', () => finish(false));
  answer.once('close', () => finish(false));
}
