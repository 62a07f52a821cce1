import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** By then a host whose port nobody listens on has usually said so. */
const objectionMs = 100;
/** So many at once fit into what a receiver's kernel keeps for it; it loses the rest without a word. */
const burst = 20;

/** Sends each message as a datagram (RFC 5426). There is no receipt: what is known is only when the port is closed. */
export async function sendDatagrams(
  messages: readonly string[],
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<void> {
  const { address, family } = await lookup(host);
  signal.throwIfAborted();
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    const broken = new Promise<never>((_resolve, reject) => socket.once('error', reject));
    await Promise.race([broken, sendAll(messages, socket, { address, port }, signal)]);
  } finally {
    // An objection that comes late is nobody's any more.
    socket.on('error', () => undefined);
    socket.close();
  }
}

async function sendAll(
  messages: readonly string[],
  socket: Socket,
  { address, port }: { readonly address: string; readonly port: number },
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve) => socket.connect(port, address, resolve));
  for (const [index, message] of messages.entries()) {
    if (index % burst === burst - 1) await pause(1, undefined, { signal });
    await new Promise<void>((resolve, reject) => socket.send(message, (error) => (error ? reject(error) : resolve())));
  }
  await pause(objectionMs, undefined, { signal });
}
