import type { AccountStore, User } from '../registry/ports/account-store.ts';
import type { Authenticated, Origin, Refusal, RefusalReason } from '../registry/ports/authenticator.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import type { BasicCredentials } from './basic-credentials.ts';
import { parseBasicCredentials, wrongCredentials } from './basic-credentials.ts';
import type { ForeignLogin } from './foreign-login.ts';
import type { PasswordLogin } from './password-login.ts';
import { accessTokens, robotSecrets } from './random-secret.ts';
import type { RobotLogin } from './robot-login.ts';
import { subjectOf } from './user-subject.ts';

const noteUseEveryMs = 60_000;
/** Far beyond what may be set; longer ones are tokens, if anything. */
const maxPasswordLength = 4096;

interface BasicLoginOptions {
  readonly accounts: AccountStore;
  readonly robots: RobotLogin;
  readonly passwords: PasswordLogin;
  /** Whether a password alone is not enough for this user. */
  readonly needsSecondFactor: (user: User) => boolean;
  readonly now: () => Millis;
  /** Told of bookkeeping that failed beside a login that did not: when a token was used. */
  readonly report: (message: string, error: unknown) => void;
  readonly refused: (reason: RefusalReason) => void;
  /** Undefined: no other issuer's tokens are taken. */
  readonly foreign?: ForeignLogin | undefined;
}

type Outcome = Authenticated | Refusal;

/** HTTP Basic (RFC 7617): a user's password, or as password a personal access token (with any user name), a robot's secret or another issuer's token. */
export class BasicLogin {
  readonly #options: BasicLoginOptions;

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
    return proved(user, `access-token:${token.id}`, { accessTokenId: token.id });
  }

  /** Only whoever has shown the right password learns that it is not enough. */
  async #byPassword(credentials: BasicCredentials, from: Origin): Promise<Outcome> {
    const { passwords, needsSecondFactor } = this.#options;
    const outcome = await passwords.check(credentials, from);
    if (outcome.kind === 'refused') return outcome;
    const { user, credential } = outcome;
    return needsSecondFactor(user) ? { kind: 'refused', reason: 'second-factor', account: user.name } : proved(user, credential);
  }
}

function proved(user: User, credential: string, by: { accessTokenId?: number } = {}): Authenticated {
  return {
    kind: 'principal',
    principal: { subject: subjectOf(user), limit: undefined, credential, proof: { userVersion: user.version, ...by } },
  };
}
