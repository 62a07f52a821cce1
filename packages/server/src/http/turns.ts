import type { Connection } from './connection.ts';
import type { HttpExchange } from './http-exchange.ts';

/** How many requests may wait behind the one that is being answered; whoever sends more ahead is cut off. */
const mostAhead = 64;

/**
 * Whether this exchange may begin. Requests that a client sends ahead on one connection (pipelining) are served one after
 * the other: Node would hand them all over at once, and a single connection could hold any number of blobs open; an
 * answer that waits behind another would not even hear that the client is gone.
 */
export function takeTurn(connection: Connection, exchange: HttpExchange): boolean {
  // HTTP/2 tells its streams apart, and bounds their number itself.
  if (exchange.request.httpVersionMajor !== 1) return true;
  if (connection.current === undefined) {
    connection.current = exchange;
    return true;
  }
  connection.ahead.push(exchange);
  if (connection.ahead.length > mostAhead) exchange.request.socket.destroy();
  return false;
}

/** Ends the turn of an exchange that is over; answers whose turn it is now. Nobody's on a connection that is gone. */
export function endTurn(connection: Connection, exchange: HttpExchange): HttpExchange | undefined {
  if (connection.current !== exchange) return undefined;
  connection.current = exchange.request.socket.destroyed ? undefined : connection.ahead.shift();
  return connection.current;
}
