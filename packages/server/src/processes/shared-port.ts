import { lookup } from 'node:dns/promises';
import net, { type AddressInfo } from 'node:net';
import { getSystemErrorName } from 'node:util';

/** A bound socket as Node hands it to another process; `Server.listen` takes it there. */
export interface PortHandle {
  /** Fills in where it is bound; answers 0, or the number of the error that binding met. */
  getsockname(address: AddressInfo): number;
  close(): void;
}

/** The port that all workers accept from. */
export interface SharedPort {
  readonly handle: PortHandle;
  readonly address: AddressInfo;
}

/**
 * Node has no public way to hold a listening socket without accepting from it: a `Server` accepts at once. This one function binds,
 * and the first worker makes the socket listen.
 */
const { _createServerHandle: bind } = net as unknown as {
  _createServerHandle(address: string | undefined, port: number, family: number | undefined): PortHandle | number;
};

/**
 * Binds a port and holds it as long as the supervisor lives: while no worker is there, clients wait in its queue. No host: every
 * interface; port 0: the system chooses. Rejects with an error that has the system's `code`.
 */
export async function openSharedPort(host: string | undefined, port: number): Promise<SharedPort> {
  const found = host === undefined ? undefined : await lookup(host);
  const handle = bind(found?.address, port, found?.family);
  if (typeof handle === 'number') throw portError(handle);
  const address: AddressInfo = { address: '', family: '', port };
  const error = handle.getsockname(address);
  if (error !== 0) {
    handle.close();
    throw portError(error);
  }
  return { handle, address };
}

function portError(number: number): Error {
  const code = getSystemErrorName(number);
  return Object.assign(new Error(`bind ${code}`), { code });
}
