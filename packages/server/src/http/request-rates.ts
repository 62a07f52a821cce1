import { RegistryError } from '../registry/registry-error.ts';

/** Whoever was quiet may send this many seconds' worth of requests at once. */
const burstSeconds = 10;
/** Names remembered in each of two generations, so that a flood of them costs a bounded amount of memory. */
const mostNames = 50_000;

/** One client's bucket: the moment, in milliseconds, at which it is full again. */
interface Bucket {
  fullAt: number;
}

interface Generation {
  readonly since: number;
  readonly byName: Map<string, Bucket>;
  readonly byClient: Map<string, Bucket>;
}

export interface RateOptions {
  /** Requests that a client may send in a second, on average; one or more. */
  readonly perSecond: number;
  /** Who of all clients goes by a name, such as an address; undefined: one that stands for many, and has no limit. */
  readonly clientOf: (name: string) => string | undefined;
  /** What a refusal says that there are too many of, and from where: `requests a second from your address`. */
  readonly what: string;
  /** Told of every request that is refused. */
  readonly onRefusal: () => void;
}

/**
 * Bounds the requests of each client by a token bucket of ten seconds. Nobody needs to be remembered for longer: after that time
 * without a request a bucket is full. So names are kept in a young and an old generation, and forgotten with the old one.
 */
export class RequestRates {
  readonly #options: RateOptions;
  readonly #intervalMs: number;
  readonly #burstMs = burstSeconds * 1000;
  #young: Generation = { since: 0, byName: new Map(), byClient: new Map() };
  #old = this.#young;

  constructor(options: RateOptions) {
    this.#options = options;
    this.#intervalMs = 1000 / options.perSecond;
  }

  /** Counts a request; throws TOOMANYREQUESTS with the seconds to wait when its client sends too many. */
  admit(name: string, now = performance.now()): void {
    const waitMs = this.#take(name, now);
    if (waitMs === 0) return;
    this.#options.onRefusal();
    const seconds = String(Math.ceil(waitMs / 1000));
    throw new RegistryError('TOOMANYREQUESTS', {
      message: `More than ${this.#options.perSecond} ${this.#options.what}: wait ${seconds} s, and send fewer at once.`,
      headers: { 'Retry-After': seconds },
    });
  }

  #take(name: string, now: number): number {
    const bucket = this.#bucketOf(name, now);
    const full = Math.max(bucket.fullAt, now) + this.#intervalMs;
    const tooSoonMs = full - now - this.#burstMs;
    if (tooSoonMs > 0) return tooSoonMs;
    bucket.fullAt = full;
    return 0;
  }

  #bucketOf(name: string, now: number): Bucket {
    const known = this.#young.byName.get(name);
    if (known !== undefined && now - this.#young.since < this.#burstMs) return known;
    // Two rates of one client must not arise when it is remembered by the old generation only.
    if (now - this.#young.since >= this.#burstMs || this.#young.byName.size >= mostNames) {
      this.#old = this.#young;
      this.#young = { since: now, byName: new Map(), byClient: new Map() };
    }
    const client = this.#options.clientOf(name);
    if (client === undefined) return { fullAt: 0 };
    const bucket = this.#young.byClient.get(client) ?? this.#old.byClient.get(client) ?? { fullAt: 0 };
    this.#young.byName.set(name, bucket);
    this.#young.byClient.set(client, bucket);
    return bucket;
  }
}
