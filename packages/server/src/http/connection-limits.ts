import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { connectionOf } from './connection.ts';

export interface ConnectionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

/** Whose connections count together. */
export interface ClientOrigins {
  /** What counts as one client: the network of an address. */
  readonly networkOf: (address: string) => string;
  /** Addresses that stand for many clients, such as proxies, and have no limit of their own. */
  readonly isShared: (address: string) => boolean;
}

/** How long a refused connection may stay to read why. */
const lingerMs = 1_000;

const refusal = (reason: string) =>
  `HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: text/plain\r\nContent-Length: ${reason.length}\r\n\r\n${reason}`;

/**
 * Refuses connections beyond the limits with a 503 and calls `refused` for each, for a metric. Answers how many connections are open.
 */
export function limitConnections(
  server: Server,
  limits: ConnectionLimits,
  { networkOf, isShared }: ClientOrigins,
  refused: () => void,
): { open(): number } {
  const perNetwork = new Map<string, number>();
  let open = 0;
  server.prependListener('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const network = networkOf(address);
    const already = perNetwork.get(network) ?? 0;
    open += 1;
    perNetwork.set(network, already + 1);
    socket.once('close', () => {
      open -= 1;
      const left = (perNetwork.get(network) ?? 1) - 1;
      if (left === 0) perNetwork.delete(network);
      else perNetwork.set(network, left);
    });
    if (open <= limits.connections && (already < limits.connectionsPerAddress || isShared(address))) return;
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
