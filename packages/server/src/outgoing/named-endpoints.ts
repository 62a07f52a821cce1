import { lookup as lookUp } from 'node:dns';
import { isIP } from 'node:net';
import type { EndpointRule, NameLookup } from '../registry/ports/endpoint-rule.ts';
import { Permitted } from './permitted.ts';

/**
 * What documents of `home`, which the administrator named, may send us to: its own host wherever that is, else the open internet and what
 * `allow` (as `OutgoingRules.allow`) lists. Names are judged by the addresses that are connected to.
 */
export function endpointsNamedBy(home: string, allow: readonly string[]): EndpointRule {
  const { hostname: own } = new URL(home);
  const permitted = new Permitted({ allow, ports: [] });
  return ({ hostname }) => {
    if (hostname === own) return {};
    const objection = (addresses: readonly string[]) =>
      addresses.every((address) => permitted.allowsAddress(hostname, address))
        ? undefined
        : new Error(
            `'${own}' sends us to '${hostname}', in a network that may not be reached from here: when that is right, an administrator allows it (setting outgoing.allow)`,
          );
    const literal = hostname.replace(/^\[|\]$/g, '');
    const refused = isIP(literal) === 0 ? undefined : objection([literal]);
    if (refused !== undefined) throw refused;
    const lookup: NameLookup = (name, options, answer) => {
      lookUp(name, { ...options, all: true }, (error, found) => {
        const failure = error ?? objection(found.map(({ address }) => address));
        if (failure !== undefined) answer(failure, []);
        else if (options.all === true) answer(null, found);
        else answer(null, found[0]?.address ?? '', found[0]?.family);
      });
    };
    // A connection that is kept was looked up by another rule, maybe.
    return { lookup, agent: false };
  };
}
