import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Below them are ports of well-known servers. */
const lowest = 12_000;
/** What systems use from when they do not say. */
const usualEphemeral = 32_768;

/**
 * A port of the loopback address that nobody listens on, for servers that cannot choose one themselves; no other process of tests gets it
 * while this one lives, however late the server comes. None of those that the system gives to outgoing connections: one of another test
 * would take it before the server has.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (firstEphemeral() - lowest));
    if ((await reserve(port)) && (await isFree(port))) return port;
  }
}

function firstEphemeral(): number {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
  } catch {
    return usualEphemeral;
  }
}

/** Whether it is now this process's: the port of the same number for datagrams, which no server wants, is held until the process ends. */
function reserve(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createSocket('udp4');
  socket.once('error', () => socket.close(() => resolve(false)));
  socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true));
  socket.unref();
  return promise;
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  return promise;
}
