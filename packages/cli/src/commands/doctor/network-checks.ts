import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { type Finding, failed, ok, skipped } from './finding.ts';
import { firstOf } from './first-of.ts';
import { patienceMs, type Site } from './site.ts';

/** Whether the name has addresses. */
export async function checkDns({ first: { hostname } }: Site): Promise<Finding> {
  try {
    if (isIP(hostname) !== 0) return skipped(`${hostname} is an address, no name`);
    const addresses = (await lookup(hostname, { all: true })).map(({ address }) => address).join(', ');
    return ok(`${hostname} leads to ${addresses}`);
  } catch (error) {
    const code = codeOf(error);
    const fix =
      code === 'EAI_AGAIN'
        ? 'No name server answered: look at /etc/resolv.conf, and whether this machine is on the network (a VPN?).'
        : 'Look for a mistake in the name; if it is right, ask whoever runs its zone for a record, or write it into /etc/hosts.';
    return failed(`${hostname} has no address (${code})`, fix);
  }
}

/** Whether something listens there. */
export async function checkTcp({ first: { hostname, port } }: Site): Promise<Finding> {
  const startedMs = performance.now();
  const socket = connect({ host: hostname, port });
  try {
    const outcome = await firstOf(socket, 'connect');
    const ms = Math.round(performance.now() - startedMs);
    if (outcome === 'ready') return ok(`port ${port} of ${socket.remoteAddress} answers in ${ms} ms`);
    if (outcome === 'silent')
      return failed(
        `nothing answers at port ${port} within ${patienceMs / 1000} s`,
        'A firewall drops the packets, or the machine is off: ask for the way to this port to be opened.',
      );
    const code = codeOf(outcome);
    return failed(
      `port ${port}: ${code}`,
      code === 'ECONNREFUSED'
        ? 'Nothing listens there: start the registry, or look for a mistake in the port.'
        : 'There is no way to that address: look at the routes of this machine, a VPN, a proxy.',
    );
  } finally {
    socket.destroy();
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where a name has several addresses, each attempt has an error of its own.
  const [first = error]: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error && 'code' in first ? String(first.code) : error.message;
}
