import { once } from 'node:events';
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
