import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'node:tls';

/** The number of the certificate that is served at this port of loopback to a client that trusts `ca`; rejects when it would refuse it. */
export async function servedSerial(port: number, ca: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, ca });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().serialNumber;
  } finally {
    socket.destroy();
  }
}

/** The same; undefined when the client would refuse it. */
export async function trustedSerial(port: number, ca: string): Promise<string | undefined> {
  try {
    return await servedSerial(port, ca);
  } catch {
    return undefined;
  }
}

/** Resolves to the number of the first certificate that a client would take, other than `before`; fails after 40 seconds. */
export async function untilTrusted(port: number, ca: string, before?: string): Promise<string> {
  // A handshake costs too much to try it all the time.
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const serial = await trustedSerial(port, ca);
    if (serial !== undefined && serial !== before) return serial;
    await pause(100);
  }
  throw new Error(`no other certificate is served at port ${port}`);
}
