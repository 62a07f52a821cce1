import { createHmac, randomBytes } from 'node:crypto';
import type { AccountStore, User } from '../registry/ports/account-store.ts';
import type { Authenticated, Origin, Refusal, RefusalReason } from '../registry/ports/authenticator.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import type { BasicCredentials } from './basic-credentials.ts';
import { parseBasicCredentials, wrongCredentials } from './basic-credentials.ts';
import { BoundedMap } from './bounded-map.ts';
import { clientNetwork } from './client-network.ts';
import type { ForeignLogin } from './foreign-login.ts';
import type { LoginDelay } from './login-delay.ts';
import type { PasswordVerifier } from './passwords.ts';
import { accessTokens, robotSecrets } from './random-secret.ts';
import type { RobotLogin } from './robot-login.ts';
import { subjectOf } from './user-subject.ts';

/** How long a verified password is good without being hashed again. */
const rememberMs = 60_000;
const noteUseEveryMs = 60_000;
/** Far beyond what may be set; longer ones are tokens, if anything. */
const maxPasswordLength = 4096;

interface BasicLoginOptions {
  readonly accounts: AccountStore;
  readonly robots: RobotLogin;
  readonly delay: LoginDelay;
  readonly passwords: PasswordVerifier;
  readonly now: () => Millis;
  /** Told of bookkeeping that failed beside a login that did not: when a token was used, clearing failures. */
  readonly report: (message: string, error: unknown) => void;
  readonly refused: (reason: RefusalReason) => void;
  /** Undefined: no other issuer's tokens are taken. */
  readonly foreign?: ForeignLogin | undefined;
}

type Outcome = Authenticated | Refusal;

/** HTTP Basic (RFC 7617): a user's password, or as password a personal access token (with any user name), a robot's secret or another issuer's token. */
export class BasicLogin {
  readonly #options: BasicLoginOptions;
  readonly #rememberKey = randomBytes(32);
  readonly #remembered = new BoundedMap<{ userId: number; version: number; until: Millis }>(10_000);
  /** Checks under way: network and name -> password -> outcome. Requests with the same password share one check. */
  readonly #checks = new Map<string, Map<string, Promise<Outcome>>>();

  constructor(options: BasicLoginOptions) {
    this.#options = options;
  }

  /** `encoded`: what follows `Basic ` in the header. Every refusal that is not a delay looks the same. */
  async login(encoded: string, from: Origin): Promise<Outcome> {
    const outcome = await this.#login(encoded, from);
    if (outcome.kind === 'refused') this.#options.refused(outcome.reason);
    return outcome;
  }

  /** By a personal access token or a robot's secret alone; undefined when the text has not the form of one. */
  async loginBySecret(text: string, from: Origin): Promise<Outcome | undefined> {
    const outcome = await this.#bySecret(text, from, undefined);
    if (outcome?.kind === 'refused') this.#options.refused(outcome.reason);
    return outcome;
  }

  async #login(encoded: string, from: Origin): Promise<Outcome> {
    const credentials = parseBasicCredentials(encoded);
    if (credentials === undefined) return wrongCredentials;
    const { name, password } = credentials;
    const proved = (await this.#bySecret(password, from, name)) ?? (await this.#options.foreign?.login(password, from, name));
    if (proved !== undefined) return proved;
    return password.length > maxPasswordLength ? wrongCredentials : this.#byPassword(credentials, from);
  }

  async #bySecret(text: string, from: Origin, userName: string | undefined): Promise<Outcome | undefined> {
    const robotHash = robotSecrets.hashOf(text);
    if (robotHash !== undefined) return this.#options.robots.login(robotHash, from, userName);
    const tokenHash = accessTokens.hashOf(text);
    return tokenHash === undefined ? undefined : this.#byAccessToken(tokenHash);
  }

  /** Not delayed after failures: 256 random bits are not guessed, and a locked-out user's machines keep working. */
  async #byAccessToken(tokenHash: Uint8Array): Promise<Outcome> {
    const { accounts, now, report } = this.#options;
    const found = await accounts.findAccessToken(tokenHash);
    const at = now();
    if (found === undefined) return wrongCredentials;
    const { token, user } = found;
    if (user.disabled || (token.expiresAt !== undefined && token.expiresAt <= at)) return { ...wrongCredentials, account: user.name };
    if (token.lastUsedAt === undefined || at - token.lastUsedAt >= noteUseEveryMs) {
      try {
        await accounts.noteAccessTokenUse({ id: token.id, at });
      } catch (error) {
        // A full disk must not keep those out who only pull.
        report('the use of an access token could not be recorded', error);
      }
    }
    return proved(user, { accessTokenId: token.id });
  }

  async #byPassword(credentials: BasicCredentials, from: Origin): Promise<Outcome> {
    const pair = this.#fingerprint(credentials.name, clientNetwork(from.address));
    const password = this.#fingerprint(pair, credentials.password);
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
    const { accounts, delay, passwords, now } = this.#options;
    const attempt = { name: credentials.name, address: from.address };
    const seconds = await delay.secondsToWait(attempt, inFlight);
    if (seconds !== undefined) return delayed(seconds);
    const user = await accounts.findUser({ name: credentials.name });
    // Clears no failures, unlike a password that was hashed: a busy client would otherwise hand out new guesses each second
    // to whoever shares its address.
    if (user !== undefined && !user.disabled && this.#remembers(fingerprint, user)) return proved(user);
    // The work is the same whether or not there is such a user, so that the time it takes tells nothing.
    const matches = await passwords.verify(user?.passwordHash, credentials.password);
    if (matches === 'busy') return delayed(1);
    if (!matches || user === undefined || user.disabled) {
      await delay.noteFailure(attempt);
      return { ...wrongCredentials, ...(user !== undefined && { account: user.name }) };
    }
    this.#remembered.set(fingerprint, { userId: user.id, version: user.version, until: now() + rememberMs });
    await this.#noteSuccess(attempt);
    return proved(user);
  }

  async #noteSuccess(attempt: { name: string; address: string }): Promise<void> {
    try {
      await this.#options.delay.noteSuccess(attempt);
    } catch (error) {
      this.#options.report('failed logins could not be cleared after a good one', error);
    }
  }

  #remembers(fingerprint: string, user: User): boolean {
    const known = this.#remembered.get(fingerprint);
    if (known === undefined) return false;
    const good = known.userId === user.id && known.version === user.version && this.#options.now() < known.until;
    if (!good) this.#remembered.delete(fingerprint);
    return good;
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

function delayed(retryAfterSeconds: number): Refusal {
  return { kind: 'refused', reason: 'delayed', retryAfterSeconds };
}

function proved(user: User, by: { accessTokenId?: number } = {}): Authenticated {
  const credential = by.accessTokenId === undefined ? 'password' : `access-token:${by.accessTokenId}`;
  return {
    kind: 'principal',
    principal: { subject: subjectOf(user), limit: undefined, credential, proof: { userVersion: user.version, ...by } },
  };
}
