import { isPublicAddress } from './forbidden-networks.ts';
import { addressBytes, isWithin, type Network, parseNetwork } from './ip-address.ts';

/** First and last port of a range. */
export type PortRange = readonly [number, number];

/** What the administrator allows requests to reach, besides the open internet. */
export interface OutgoingRules {
  /** Networks in CIDR form, addresses, and exact host names: whatever those resolve to is allowed. */
  readonly allow: readonly string[];
  readonly ports: readonly PortRange[];
}

/** Answers what may be reached. */
export class Permitted {
  readonly #networks: readonly Network[];
  readonly #hosts: ReadonlySet<string>;
  readonly #ports: readonly PortRange[];

  constructor({ allow, ports }: OutgoingRules) {
    const networks = allow.map((entry) => parseNetwork(entry));
    this.#networks = networks.filter((network) => network !== undefined);
    this.#hosts = new Set(allow.filter((_, index) => networks[index] === undefined).map((name) => name.toLowerCase()));
    this.#ports = ports;
  }

  allowsPort(port: number): boolean {
    return this.#ports.some(([first, last]) => port >= first && port <= last);
  }

  /** Whether the host, as a URL names it, may be reached at this address. What is no address may not. */
  allowsAddress(host: string, address: string): boolean {
    const bytes = addressBytes(address);
    if (bytes === undefined) return false;
    return this.#hosts.has(host) || isPublicAddress(bytes) || this.#networks.some((network) => isWithin(bytes, network));
  }
}
