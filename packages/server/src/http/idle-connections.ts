import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { connectionOf } from './connection.ts';

/**
 * Closes connections on which nothing moved for `idleTimeoutMs`, unless it is we who are at work: a request that has
 * arrived whole and is not answered yet (a large blob is being completed), or whose body we hold back because the store is slow,
 * keeps its connection.
 */
export function closeIdleConnections(server: Server, idleTimeoutMs: number): void {
  server.timeout = idleTimeoutMs;
  server.on('timeout', (socket: Socket) => {
    const exchange = connectionOf(socket).current;
    const ours = exchange !== undefined && (exchange.request.complete || exchange.request.isPaused());
    const working = ours && !exchange.response.headersSent;
    if (!working) socket.destroy();
  });
}
