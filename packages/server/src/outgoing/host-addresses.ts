import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { DialError } from '../registry/ports/dialer.ts';

const hostsFile = '/etc/hosts';

/** How names are looked up. */
export interface NameService {
  /** DNS servers (`ADDRESS:PORT`) instead of those of the system. */
  readonly servers?: readonly string[];
}

/**
 * Every address of a host as a URL names it: itself when it is one, those of the hosts file, else those of DNS. A name is looked up
 * whole: search domains are not tried. Not `getaddrinfo`: it holds one of the few threads that reads of files need too, for as
 * long as somebody's name server likes. Throws `DialError`.
 */
export async function addressesOf(host: string, { servers }: NameService, signal: AbortSignal): Promise<string[]> {
  const literal = host.startsWith('[') ? host.slice(1, -1) : host;
  if (isIP(literal) !== 0) return [literal];
  const name = literal.replace(/\.$/, '');
  const listed = addressesInHosts(await readHosts(), name);
  if (listed.length > 0) return listed;
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel);
  try {
    signal.throwIfAborted();
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length > 0) return addresses;
    signal.throwIfAborted();
    const failure = answers.find((answer) => answer.status === 'rejected');
    throw new DialError('unresolved', `The name '${name}' has no address.`, { cause: failure?.reason });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** The addresses of a name in the text of a hosts file. */
export function addressesInHosts(text: string, name: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    return isIP(address) !== 0 && names.some((listed) => listed.toLowerCase() === name) ? [address] : [];
  });
}

async function readHosts(): Promise<string> {
  try {
    return await readFile(hostsFile, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
