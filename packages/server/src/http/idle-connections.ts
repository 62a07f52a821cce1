import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes connections on which nothing moved for `idleTimeoutMs`, unless it is we who are at work: a request that has
 * arrived whole and is not answered yet (a large blob is being completed) keeps its connection.
 */
export function closeIdleConnections(server: Server, idleTimeoutMs: number): void {
  const exchanges = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();
  const remember = (request: IncomingMessage, response: ServerResponse) => exchanges.set(request.socket, { request, response });
  server.timeout = idleTimeoutMs;
  server.on('request', remember).on('checkContinue', remember);
  server.on('timeout', (socket: Socket) => {
    const exchange = exchanges.get(socket);
    const working = exchange?.request.complete === true && !exchange.response.headersSent;
    if (!working) socket.destroy();
  });
}
