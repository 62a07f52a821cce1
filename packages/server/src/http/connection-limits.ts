import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { connectionOf } from './connection.ts';

export interface ConnectionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

/** How long a refused connection may stay to read why. */
const lingerMs = 1_000;

const refusal = (reason: string) =>
  `HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: text/plain\r\nContent-Length: ${reason.length}\r\n\r\n${reason}`;

/**
 * Refuses connections beyond the limits with a 503 and calls `refused` for each, for a metric. Addresses that are
 * `shared` by many clients, such as proxies, have no limit of their own. Answers how many connections are open.
 */
export function limitConnections(
  server: Server,
  limits: ConnectionLimits,
  shared: (address: string) => boolean,
  refused: () => void,
): { open(): number } {
  const perAddress = new Map<string, number>();
  let open = 0;
  server.prependListener('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const already = perAddress.get(address) ?? 0;
    open += 1;
    perAddress.set(address, already + 1);
    socket.once('close', () => {
      open -= 1;
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
    if (open <= limits.connections && (already < limits.connectionsPerAddress || shared(address))) return;
    refused();
    const reason = open > limits.connections ? 'Too many connections: try again.' : 'Too many connections from your address: close some.';
    const answer = refusal(reason);
    connectionOf(socket).refusal = answer;
    // Closed at once, a connection with an unread request on it would take the answer with it.
    const end = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(end));
    // A TLS server answers when the handshake is over.
    if (server.listenerCount('secureConnection') === 0) socket.end(answer);
  });
  return { open: () => open };
}
