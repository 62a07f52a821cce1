import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { connectionOf } from './connection.ts';

/** Closes connections on which nothing moved for `idleTimeoutMs`, unless it is we who are at work. */
export function closeIdleConnections(server: Server, idleTimeoutMs: number): void {
  server.timeout = idleTimeoutMs;
  server.on('timeout', (socket: Socket) => {
    const exchange = connectionOf(socket).current;
    if (exchange === undefined || !waitsForUs(exchange)) socket.destroy();
  });
}

/**
 * Whether a client can only wait for us: its request has arrived whole (a large blob is being completed), or we hold back its
 * body because the store is slow, and the answer has not begun.
 */
export function waitsForUs({ request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse }): boolean {
  return (request.complete || request.isPaused()) && !response.headersSent;
}
