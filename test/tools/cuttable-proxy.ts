import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be broken. */
export interface CuttableProxy {
  readonly port: number;
  /** Cuts every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Takes connections and passes nothing on, in either direction. */
  silence(): void;
  /** Passes on again. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** Listens on loopback and passes every connection on to `target`, a port of this machine. */
export async function startCuttableProxy(target: number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      if (isSilent) from.pause();
      from.on('data', (piece: Buffer) => {
        if (!to.write(piece)) from.pause();
      });
      from.on('drain', () => isSilent || to.resume());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = (port: number) => once(server.listen(port, '127.0.0.1'), 'listening');
  const cut = async (): Promise<void> => {
    const closed = server.listening ? once(server.close(), 'close') : undefined;
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as { port: number };
  return {
    port,
    cut,
    silence() {
      isSilent = true;
      for (const socket of sockets) socket.pause();
    },
    async mend() {
      isSilent = false;
      for (const socket of sockets) socket.resume();
      if (!server.listening) await listen(port);
    },
    close: cut,
  };
}
