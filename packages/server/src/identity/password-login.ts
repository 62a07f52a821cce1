import { createHmac, randomBytes } from 'node:crypto';
import type { AccountStore, User } from '../registry/ports/account-store.ts';
import type { Origin, Refusal } from '../registry/ports/authenticator.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import { type BasicCredentials, wrongCredentials } from './basic-credentials.ts';
import { BoundedMap } from './bounded-map.ts';
import { clientNetwork } from './client-network.ts';
import type { LoginAttempt, LoginDelay } from './login-delay.ts';
import type { PasswordVerifier } from './passwords.ts';

/** How long a verified password of our own is good without being checked again. */
const ownRememberMs = 60_000;

/** What logins by a password that is kept here are called, where others have the name of their provider. */
export const ownProvider = 'password';

/** A user who showed their password; whether more is needed, the caller decides. */
export interface ProvedPassword {
  readonly kind: 'user';
  readonly user: User;
  /** Where the password is kept: `ownProvider`, or the name of a source. */
  readonly provider: string;
  /** As `Principal.credential`. */
  readonly credential: string;
  /** How long the password is good without being checked again; a minute unless it is said. */
  readonly rememberMs?: Millis;
}

/** Passwords that are kept elsewhere. */
export interface ExternalPasswords {
  /** Undefined: nobody there has this name and password. Rejects with a `RegistryError` of 503 when that cannot be found out. */
  check(credentials: BasicCredentials, from: Origin): Promise<ProvedPassword | undefined>;
}

interface PasswordLoginOptions {
  readonly accounts: AccountStore;
  readonly delay: LoginDelay;
  readonly passwords: PasswordVerifier;
  /** Asked for names that no local user with a password has. */
  readonly external?: ExternalPasswords | undefined;
  readonly now: () => Millis;
  /** Told of failures that could not be cleared beside a login that went well. */
  readonly report: (message: string, error: unknown) => void;
}

type Outcome = ProvedPassword | Refusal;

interface Remembered {
  readonly userId: number;
  readonly version: number;
  readonly provider: string;
  readonly credential: string;
  readonly until: Millis;
}

/** Names with passwords, delayed after failures. Every refusal that is not a delay looks the same. */
export class PasswordLogin {
  readonly #options: PasswordLoginOptions;
  readonly #rememberKey = randomBytes(32);
  readonly #remembered = new BoundedMap<Remembered>(10_000);
  /** Checks under way: network and name, however written -> credentials -> outcome. Requests with the same credentials share one check. */
  readonly #checks = new Map<string, Map<string, Promise<Outcome>>>();

  constructor(options: PasswordLoginOptions) {
    this.#options = options;
  }

  /** Who has this name and password. Rejects when a failure cannot be recorded, or a source cannot be asked. */
  async check(credentials: BasicCredentials, from: Origin): Promise<Outcome> {
    const pair = this.#fingerprint(delayedName(credentials.name), clientNetwork(from.address));
    const password = this.#fingerprint(pair, JSON.stringify([credentials.name, credentials.password]));
    const checks = this.#checks.get(pair) ?? new Map<string, Promise<Outcome>>();
    this.#checks.set(pair, checks);
    const running = checks.get(password);
    if (running !== undefined) return running;
    const check = this.#check(credentials, from, password, checks.size);
    checks.set(password, check);
    try {
      return await check;
    } finally {
      checks.delete(password);
      if (checks.size === 0) this.#checks.delete(pair);
    }
  }

  async #check(credentials: BasicCredentials, from: Origin, fingerprint: string, inFlight: number): Promise<Outcome> {
    const { accounts, delay, external } = this.#options;
    const attempt = { name: delayedName(credentials.name), address: from.address };
    const seconds = await delay.secondsToWait(attempt, inFlight);
    if (seconds !== undefined) return delayed(seconds);
    const user = await accounts.findUser({ name: credentials.name });
    // Clears no failures, unlike a password that was checked: a busy client would otherwise hand out new guesses each second
    // to whoever shares its address.
    const known = await this.#recall(fingerprint, user);
    if (known !== undefined) return known;
    const isElsewhere = external !== undefined && user?.passwordHash === undefined;
    const found = isElsewhere ? await this.#checkElsewhere(external, credentials, from) : await this.#checkOwn(credentials, user);
    if (found === 'busy') return delayed(1);
    if (found === undefined) {
      await delay.noteFailure(attempt);
      return { ...wrongCredentials, ...(user !== undefined && { account: user.name }) };
    }
    const { id: userId, version } = found.user;
    const { provider, credential, rememberMs = ownRememberMs } = found;
    this.#remembered.set(fingerprint, { userId, version, provider, credential, until: this.#options.now() + rememberMs });
    await this.#noteSuccess(attempt);
    return found;
  }

  async #checkElsewhere(external: ExternalPasswords, credentials: BasicCredentials, from: Origin): Promise<ProvedPassword | undefined> {
    const found = await external.check(credentials, from);
    // As much work as for a wrong password of our own users, who would otherwise be told by the time it takes.
    if (found === undefined) await this.#options.passwords.verify(undefined, credentials.password);
    return found;
  }

  /** The work is the same whether or not there is such a user, so that the time it takes tells nothing. */
  async #checkOwn({ password }: BasicCredentials, user: User | undefined): Promise<ProvedPassword | 'busy' | undefined> {
    const matches = await this.#options.passwords.verify(user?.passwordHash, password);
    if (matches === 'busy') return 'busy';
    return matches && user !== undefined && !user.disabled
      ? { kind: 'user', user, provider: ownProvider, credential: ownProvider }
      : undefined;
  }

  async #noteSuccess(attempt: LoginAttempt): Promise<void> {
    try {
      await this.#options.delay.noteSuccess(attempt);
    } catch (error) {
      this.#options.report('failed logins could not be cleared after a good one', error);
    }
  }

  /** Whoever showed this lately, as long as nothing about them has changed. `user`: who has the name here. */
  async #recall(fingerprint: string, user: User | undefined): Promise<ProvedPassword | undefined> {
    const known = this.#remembered.get(fingerprint);
    if (known === undefined) return undefined;
    const { userId, version, provider, credential, until } = known;
    const isOwn = provider === ownProvider;
    // A name that has a password here since is not looked for elsewhere any more.
    const mayBe = isOwn || user?.passwordHash === undefined;
    const now = isOwn || user?.id === userId ? user : await this.#options.accounts.findUser({ id: userId });
    const good = mayBe && now?.id === userId && now.version === version && !now.disabled && this.#options.now() < until;
    if (good) return { kind: 'user', user: now, provider, credential };
    this.#remembered.delete(fingerprint);
    return undefined;
  }

  /** Keyed by this process, so that no memory dump or cache dump can be tried against a list of passwords offline. */
  #fingerprint(scope: string, secret: string): string {
    return createHmac('sha256', this.#rememberKey)
      .update(`${Buffer.byteLength(scope)}:`)
      .update(scope)
      .update(secret)
      .digest('base64');
  }
}

/**
 * Directories take names that differ only in case, accents, invisible characters (RFC 4518 section 2.2) or spaces for the same: otherwise
 * each way to write one would have guesses of its own.
 */
const delayedName = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '')
    .trim()
    .replaceAll(/\s+/g, ' ')
    .toLowerCase();

function delayed(retryAfterSeconds: number): Refusal {
  return { kind: 'refused', reason: 'delayed', retryAfterSeconds };
}
