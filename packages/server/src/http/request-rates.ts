import { RegistryError } from '../registry/registry-error.ts';
import type { HttpExchange } from './http-exchange.ts';

/** An address that was quiet may send this many seconds' worth of requests at once. */
const burstSeconds = 10;
/** Addresses remembered in each of two generations, so that a flood of them costs a bounded amount of memory. */
const mostAddresses = 50_000;

/** One network's bucket: the moment, in milliseconds, at which it is full again. */
interface Bucket {
  fullAt: number;
}

interface Generation {
  readonly since: number;
  readonly byAddress: Map<string, Bucket>;
  readonly byNetwork: Map<string, Bucket>;
}

export interface RateOptions {
  /** Requests that a client may send in a second, on average; one or more. */
  readonly perSecond: number;
  /** What counts as one client: the network of an address. */
  readonly networkOf: (address: string) => string;
  /** Addresses that stand for many clients, and have no limit. */
  readonly isShared: (address: string) => boolean;
}

/**
 * Bounds the requests of each client by a token bucket of ten seconds. Nobody needs to be remembered for longer: after that time
 * without a request a bucket is full. So addresses are kept in a young and an old generation, and forgotten with the old one.
 */
export class RequestRates {
  readonly #options: RateOptions;
  readonly #intervalMs: number;
  readonly #burstMs = burstSeconds * 1000;
  #young: Generation = { since: 0, byAddress: new Map(), byNetwork: new Map() };
  #old = this.#young;

  constructor(options: RateOptions) {
    this.#options = options;
    this.#intervalMs = 1000 / options.perSecond;
  }

  /** Counts a request; throws TOOMANYREQUESTS with the seconds to wait when its client sends too many. */
  admit({ clientAddress }: Pick<HttpExchange, 'clientAddress'>, now = performance.now()): void {
    const waitMs = this.#take(clientAddress, now);
    if (waitMs === 0) return;
    const seconds = String(Math.ceil(waitMs / 1000));
    throw new RegistryError('TOOMANYREQUESTS', {
      message: `More than ${this.#options.perSecond} requests a second from your address: wait ${seconds} s, and send fewer at once.`,
      headers: { 'Retry-After': seconds },
    });
  }

  #take(address: string, now: number): number {
    const bucket = this.#bucketOf(address, now);
    const full = Math.max(bucket.fullAt, now) + this.#intervalMs;
    const tooSoonMs = full - now - this.#burstMs;
    if (tooSoonMs > 0) return tooSoonMs;
    bucket.fullAt = full;
    return 0;
  }

  #bucketOf(address: string, now: number): Bucket {
    const known = this.#young.byAddress.get(address);
    if (known !== undefined && now - this.#young.since < this.#burstMs) return known;
    // Two rates of one client must not arise when it is remembered by the old generation only.
    if (now - this.#young.since >= this.#burstMs || this.#young.byAddress.size >= mostAddresses) {
      this.#old = this.#young;
      this.#young = { since: now, byAddress: new Map(), byNetwork: new Map() };
    }
    if (this.#options.isShared(address)) return { fullAt: 0 };
    const network = this.#options.networkOf(address);
    const bucket = this.#young.byNetwork.get(network) ?? this.#old.byNetwork.get(network) ?? { fullAt: 0 };
    this.#young.byAddress.set(address, bucket);
    this.#young.byNetwork.set(network, bucket);
    return bucket;
  }
}
