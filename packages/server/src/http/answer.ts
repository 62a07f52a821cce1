import type { HttpExchange } from './http-exchange.ts';
import { ClientGone } from './request-body.ts';

/** Names and values in turn: Node takes them as they are, which costs a fraction of what an object does. */
export type HeaderList = readonly string[];

/** Bodies up to here are joined to the head, which costs less than sending two pieces. */
const joinedBytes = 64 * 1024;

/** The list of headers that are given by name. */
export function headerListOf(fields: Readonly<Record<string, string>>): HeaderList {
  return Object.entries(fields).flat();
}

/**
 * Sends status and headers, with those that go with every answer of this exchange. The one place that does. Throws `ClientGone`
 * when the exchange is over: the client has left, or the deadline has answered it.
 */
export function sendHead(exchange: HttpExchange, status: number, headers: HeaderList): void {
  if (exchange.closed) throw new ClientGone();
  const { response, request } = exchange;
  const all = exchange.headers.concat(headers);
  // HTTP/2 has no such header and ends connections by other means.
  if (exchange.isLast && request.httpVersionMajor === 1) all.push('Connection', 'close');
  response.writeHead(status, all);
}

/** Ends the exchange without a body. */
export function sendEmpty(exchange: HttpExchange, status: number, headers: HeaderList = []): void {
  sendHead(exchange, status, status === 204 || status === 304 ? headers : ['Content-Length', '0', ...headers]);
  exchange.response.end();
}

/** Ends the exchange with a body of this type; for HEAD with its length alone. */
export function sendBody(
  exchange: HttpExchange,
  status: number,
  contentType: string,
  body: Uint8Array | string,
  headers: HeaderList = [],
): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  sendHead(exchange, status, ['Content-Type', contentType, 'Content-Length', String(length), ...headers]);
  if (exchange.method === 'HEAD') {
    exchange.response.end();
    return;
  }
  exchange.bytesSent += length;
  if (typeof body !== 'string' && length <= joinedBytes && exchange.request.httpVersionMajor === 1) {
    // Node sends a latin1 string and the head as one piece; latin1 is the encoding that leaves every byte as it is. The streams of
    // HTTP/2 take no notice of the encoding.
    exchange.response.end(Buffer.from(body.buffer, body.byteOffset, length).toString('latin1'), 'latin1');
  } else exchange.response.end(body);
}
