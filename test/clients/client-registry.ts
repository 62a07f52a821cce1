import { after, before } from 'node:test';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { type ClientHome, createClientHome } from './client-home.ts';
import { sha256 } from './oci-layout.ts';

/** A real server, and a client's home directory that is logged in to it as its administrator. */
export interface ClientRegistry {
  readonly host: string;
  readonly server: Longshore;
  readonly home: ClientHome;
  /** An image reference in this registry. */
  reference(repository: string): string;
  /** The digest of the bytes that the registry answers with for a reference, as another client reads them. */
  digest(reference: string): Promise<string>;
}

/** Runs one server for all tests of the surrounding suite. The result is usable inside the tests. */
export function useClientRegistry(...args: string[]): () => ClientRegistry {
  let registry: ClientRegistry | undefined;
  before(async () => {
    const server = await startLongshore({ args });
    const home = await createClientHome({ host: server.host, user: 'admin', password: server.adminPassword });
    registry = {
      host: server.host,
      server,
      home,
      reference: (repository) => `${server.host}/${repository}`,
      digest: async (reference) => sha256(await home.run('skopeo', ['inspect', '--raw', '--tls-verify=false', `docker://${reference}`])),
    };
  });
  after(async () => {
    await registry?.server.stop();
    await registry?.home.remove();
  });
  return () => {
    if (registry === undefined) throw new Error('the registry is used before the suite started');
    return registry;
  };
}
