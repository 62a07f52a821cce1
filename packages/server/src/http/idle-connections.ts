import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes connections on which nothing moved for `idleTimeoutMs`, unless it is we who are at work: a request that has
 * arrived whole and is not answered yet (a large blob is being completed) keeps its connection.
 */
export function closeIdleConnections(server: Server, idleTimeoutMs: number): void {
  // The first of each is the one that is being served; others were sent ahead of their turn.
  const exchanges = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }[]>();
  const remember = (request: IncomingMessage, response: ServerResponse) => {
    const queue = exchanges.get(request.socket) ?? [];
    exchanges.set(request.socket, queue);
    queue.push({ request, response });
    response.once('close', () => queue.shift());
  };
  server.timeout = idleTimeoutMs;
  server.on('request', remember).on('checkContinue', remember);
  server.on('timeout', (socket: Socket) => {
    const [exchange] = exchanges.get(socket) ?? [];
    const working = exchange?.request.complete === true && !exchange.response.headersSent;
    if (!working) socket.destroy();
  });
}
