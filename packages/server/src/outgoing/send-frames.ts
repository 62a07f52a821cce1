import type { Socket } from 'node:net';
import { connect, isIP } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

/**
 * Sends messages over a connection of their own, each behind its length (RFC 6587, section 3.4.1; RFC 5425 over TLS). Syslog has no
 * receipts. So the connection is ended after the last byte, and they have arrived when the receiver then ends its side too, which
 * it does when it has read to the end.
 */
export function sendFrames(
  messages: readonly string[],
  where: { readonly host: string; readonly port: number },
  authorities: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = open(where, authorities);
  const abort = () => socket.destroy(signal.reason as Error);
  const early = () => reject(new Error('The receiver closed the connection before it had everything.'));
  socket.on('error', reject);
  socket.once('end', early);
  socket.once('close', early);
  socket.once(authorities === undefined ? 'connect' : 'secureConnect', () => {
    socket.resume();
    socket.write(Buffer.concat(messages.map(toFrame)), () => {
      if (socket.readableEnded) return;
      socket.off('end', early);
      socket.once('end', resolve);
      socket.end();
    });
  });
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  return promise.finally(() => {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  });
}

function open(where: { readonly host: string; readonly port: number }, authorities: readonly string[] | undefined): Socket {
  if (authorities === undefined) return connect(where);
  // An address has no server name (RFC 6066, section 3).
  const named = isIP(where.host) === 0 ? { servername: where.host } : {};
  return connectSecurely({ ...where, ...named, ca: [...authorities], rejectUnauthorized: true });
}

function toFrame(message: string): Buffer {
  const bytes = Buffer.from(message);
  return Buffer.concat([Buffer.from(`${bytes.byteLength} `), bytes]);
}
