import { createHmac } from 'node:crypto';
import type { AccountStore } from '../registry/ports/account-store.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import { BoundedMap } from './bounded-map.ts';
import { clientNetwork } from './client-network.ts';
import { deriveKey } from './derived-key.ts';

/** From `free` failures within the window on, the next try waits `firstMs`, then twice as long each time. */
interface DelayRule {
  readonly free: number;
  readonly firstMs: number;
}

const minuteMs = 60_000;
const windowMs = 60 * minuteMs;
const longestMs = 15 * minuteMs;
const provedMs = 24 * 60 * minuteMs;

/** One name from one network: what guessing looks like. */
const pairRule: DelayRule = { free: 5, firstMs: 1000 };
/** The same while that account is guessed at from many networks: everybody new there has one try, then waits. */
const attackedPairRule: DelayRule = { free: 1, firstMs: 30_000 };
/** One network, whatever the names: begins later, since it may be a whole office. */
const addressRule: DelayRule = { free: 25, firstMs: 1000 };
/** Failures against one account, wherever from, that make `attackedPairRule` hold for it. */
const attackedFrom = 50;

/** Rows kept at most: failures are counted in buckets, because strangers can make up names without end. */
const buckets = { pair: 2 ** 18, address: 2 ** 16, account: 2 ** 16 } as const;

/** Somebody who tries to log in, before anything is proved. */
export interface LoginAttempt {
  /** The name as sent, whether or not there is such a user: unknown names are delayed as known ones are. */
  readonly name: string;
  readonly address: string;
}

/** Under what failures are counted. */
interface AttemptKeys {
  readonly pair: string;
  readonly address: string;
  readonly account: string;
}

interface Failures {
  readonly count: number;
  readonly lastAt: Millis;
}

/**
 * Slows guessing down. Failures are counted in the account store, so every replica sees them; a delayed attempt must be
 * refused without looking at the password. Nobody can lock a user out everywhere: failures against the account alone
 * delay no first try from a network, and where a user logged in within the last day only failures under that very
 * name from that very network count.
 */
export class LoginDelay {
  readonly #accounts: AccountStore;
  readonly #bucketKey: Uint8Array;
  readonly #now: () => Millis;
  /** When a pair last logged in well. Only in this process: without it the wider rules hold too, no more. */
  readonly #provedAt = new BoundedMap<Millis>(10_000);

  constructor(options: { accounts: AccountStore; secretKey: Uint8Array; now: () => Millis }) {
    this.#accounts = options.accounts;
    this.#bucketKey = deriveKey(options.secretKey, 'login delay');
    this.#now = options.now;
  }

  /**
   * How long this attempt must wait, in whole seconds of at least 1; undefined: it may go on. `inFlight`: other
   * passwords being checked for the same pair at this moment, counted as failures so that guessing in parallel gains nothing.
   */
  async secondsToWait(attempt: LoginAttempt, inFlight: number): Promise<number | undefined> {
    const keys = this.#keys(attempt);
    return this.#secondsToWait(keys, await this.#failures(keys.pair), inFlight);
  }

  /**
   * The same, where a right guess must not come out of many that are made at once, by whatever process: the attempt, when it may go on, is
   * counted as failed before it is looked at. `giveBack` takes that back, and `noteSuccess` all of it.
   */
  async take(attempt: LoginAttempt): Promise<{ readonly retryAfterSeconds: number } | { readonly takenAt: Millis }> {
    const at = this.#now();
    const keys = this.#keys(attempt);
    const pair = await this.#failures(keys.pair);
    const seconds = await this.#secondsToWait(keys, pair, 0);
    if (seconds !== undefined) return { retryAfterSeconds: seconds };
    const isTaken = await this.#accounts.takeLoginTry({ key: keys.pair, at, since: at - windowMs, count: pair.count });
    return isTaken ? { takenAt: at } : { retryAfterSeconds: 1 };
  }

  /** Uncounts an attempt that was taken. */
  async giveBack(attempt: LoginAttempt, takenAt: Millis): Promise<void> {
    await this.#accounts.clearLoginFailures({ key: this.#keys(attempt).pair, at: takenAt });
  }

  async #secondsToWait(keys: AttemptKeys, pair: Failures, inFlight: number): Promise<number | undefined> {
    const now = this.#now();
    const waitMs = this.#isProved(keys.pair)
      ? remainingMs(pairRule, pair, inFlight, now)
      : await this.#strictWaitMs(keys, pair, inFlight, now);
    return waitMs > 0 ? Math.ceil(waitMs / 1000) : undefined;
  }

  async #strictWaitMs(keys: AttemptKeys, pair: Failures, inFlight: number, now: Millis): Promise<number> {
    const [address, account] = await Promise.all([this.#failures(keys.address), this.#failures(keys.account)]);
    const rule = account.count >= attackedFrom ? attackedPairRule : pairRule;
    return Math.max(remainingMs(rule, pair, inFlight, now), remainingMs(addressRule, address, 0, now));
  }

  /** Counts a wrong password. Rejects when it cannot be counted: the caller must not answer as if it had been. */
  async noteFailure(attempt: LoginAttempt): Promise<void> {
    const at = this.#now();
    const { pair, address, account } = this.#keys(attempt);
    for (const key of [pair, address, account]) await this.#accounts.noteLoginFailure({ key, at, since: at - windowMs });
  }

  /**
   * Forgets the failures against this account and pair. Those of the address stay: an attacker with an account of their
   * own would otherwise clear them at will.
   */
  async noteSuccess(attempt: LoginAttempt): Promise<void> {
    const { pair, account } = this.#keys(attempt);
    this.#provedAt.set(pair, this.#now());
    for (const key of [pair, account]) {
      const { count } = await this.#failures(key);
      if (count > 0) await this.#accounts.clearLoginFailures({ key });
    }
  }

  #isProved(pairKey: string): boolean {
    const at = this.#provedAt.get(pairKey);
    return at !== undefined && this.#now() - at < provedMs;
  }

  #failures(key: string): Promise<Failures> {
    return this.#accounts.countLoginFailures(key, this.#now() - windowMs);
  }

  #keys({ name, address }: LoginAttempt): AttemptKeys {
    const network = clientNetwork(address);
    return {
      pair: this.#bucket('pair', JSON.stringify([name, network])),
      address: this.#bucket('address', network),
      account: this.#bucket('account', name),
    };
  }

  /** Keyed, so that nobody can look for a name that shares a bucket with somebody else's. */
  #bucket(kind: keyof typeof buckets, text: string): string {
    const hash = createHmac('sha256', this.#bucketKey).update(`${kind}:${text}`).digest();
    return `${kind}:${hash.readUInt32BE(0) % buckets[kind]}`;
  }
}

/** What is left of the wait. A failure dated further ahead than any wait comes from a clock that was wrong: ignored. */
function remainingMs(rule: DelayRule, failures: Failures, inFlight: number, now: Millis): number {
  const count = failures.count + inFlight;
  if (count < rule.free) return 0;
  const waitMs = Math.min(longestMs, rule.firstMs * 2 ** Math.min(count - rule.free, 20));
  if (inFlight > 0) return waitMs;
  if (failures.lastAt - now > longestMs) return 0;
  return Math.max(0, waitMs - Math.max(0, now - failures.lastAt));
}
