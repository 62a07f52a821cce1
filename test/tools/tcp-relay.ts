import { connect, createServer, type Socket } from 'node:net';

/** Passes connections on to a port of the loopback address, until it is told to keep silent or to cut them. */
export interface TcpRelay {
  readonly port: number;
  /** From now on nothing comes through, either way, and nobody is told: as with a cable that was pulled. */
  silence(): void;
  /** Ends every connection; new ones come through. */
  cut(): void;
  stop(): Promise<void>;
}

/** A real network between a client and a server cannot be cut without rights; this stands in for it. */
export async function startTcpRelay(targetPort: number): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      hold(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    silence: () => {
      for (const socket of sockets) socket.removeAllListeners('data').pause();
    },
    cut,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}
