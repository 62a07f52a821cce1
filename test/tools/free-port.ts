import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Below them are ports of well-known servers. */
const lowest = 12_000;
/** What systems use from when they do not say. */
const usualEphemeral = 32_768;

/**
 * A port of the loopback address that nobody listened on a moment ago, for servers that cannot choose one themselves. None of those that
 * the system gives to outgoing connections: one of another test would take it before the server has.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (firstEphemeral() - lowest));
    if (await isFree(port)) return port;
  }
}

function firstEphemeral(): number {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
  } catch {
    return usualEphemeral;
  }
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  return promise;
}
