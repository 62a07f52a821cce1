import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

const refusal = (reason: string) =>
  `HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: text/plain\r\nContent-Length: ${reason.length}\r\n\r\n${reason}`;

/** Refuses connections beyond the limits with a 503 and calls `refused` for each, for a metric. */
export function limitConnections(server: Server, limits: ConnectionLimits, refused: () => void): void {
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
    if (open <= limits.connections && already < limits.connectionsPerAddress) return;
    refused();
    const reason = open > limits.connections ? 'Too many connections: try again.' : 'Too many connections from your address: close some.';
    socket.end(refusal(reason), () => socket.destroySoon());
  });
}
