import type { AccountStore, User } from '../registry/ports/account-store.ts';
import type { Authenticated, Origin, Refusal, RefusalReason } from '../registry/ports/authenticator.ts';
import type { Logger } from '../registry/ports/logger.ts';
import { clientAuthorities, type ShownCertificate } from '../registry/ports/shown-certificate.ts';
import { isUserName } from './accounts.ts';
import type { TrustingRobots } from './foreign-login.ts';
import { subjectOf } from './user-subject.ts';

/** What logins by certificates need. */
export interface CertificateLoginOptions {
  readonly accounts: Pick<AccountStore, 'findUser'>;
  readonly robots: TrustingRobots;
  /** Which users prove themselves by a certificate: none, or whose name is its common name. */
  readonly users: 'off' | 'common-name';
  readonly needsSecondFactor: (user: User) => boolean;
  readonly refused: (reason: RefusalReason) => void;
  readonly logger: Logger;
}

/**
 * Logins by the certificate of a client alone. A user of its common name comes before robots, so that nobody who makes a robot turns a user
 * into it; not a user without a password here, since people choose their names elsewhere, and would keep robots out. One that proves nothing
 * is refused, as a wrong password is: whoever shows it means to be somebody.
 */
export class CertificateLogin {
  readonly #options: CertificateLoginOptions;

  constructor(options: CertificateLoginOptions) {
    this.#options = options;
  }

  /** Every refusal is in the log with what was wrong. */
  async login(shown: ShownCertificate, from: Origin): Promise<Authenticated | Refusal> {
    const outcome = await this.#login(shown, from);
    if (outcome.kind === 'principal') return outcome;
    const { refused, logger } = this.#options;
    const { thumbprint } = shown;
    const commonName = shown.commonName?.slice(0, 100);
    refused(outcome.reason);
    logger.info('A client certificate was refused', { detail: outcome.detail, commonName, thumbprint, address: from.address });
    return outcome;
  }

  async #login(shown: ShownCertificate, from: Origin): Promise<Authenticated | Refusal> {
    const { claims, fault, thumbprint, until } = shown;
    if (fault !== undefined) return { ...refusal(fault), told: fault };
    const user = await this.#userOf(shown);
    if (user?.passwordHash !== undefined) return this.#asUser(user, shown);
    const outcome = await this.#options.robots.login(
      { kind: 'proved', issuer: clientAuthorities, claims, until, thumbprint },
      from,
      undefined,
    );
    if (outcome.kind === 'principal') return outcome;
    return user === undefined ? { ...outcome, reason: 'certificate' } : refusal('the user of its common name has no password here');
  }

  async #userOf({ commonName }: ShownCertificate): Promise<User | undefined> {
    const { accounts, users } = this.#options;
    // No other text is looked for: PostgreSQL fails at U+0000.
    const isName = users !== 'off' && commonName !== undefined && isUserName(commonName);
    return isName ? accounts.findUser({ name: commonName }) : undefined;
  }

  #asUser(user: User, { thumbprint, until }: ShownCertificate): Authenticated | Refusal {
    const why = this.#faultOf(user);
    if (why !== undefined) return { ...refusal(why), account: user.name };
    const proof = { userVersion: user.version, until, thumbprint };
    return {
      kind: 'principal',
      principal: { subject: subjectOf(user), limit: undefined, credential: `certificate:${user.name}`, proof },
    };
  }

  /** Whoever may have names put into certificates must not become an administrator by that, nor go round what else is asked of a user. */
  #faultOf(user: User): string | undefined {
    if (user.disabled) return 'the user of its common name is disabled';
    if (user.administrator) return 'the user of its common name is an administrator, who needs a password or an access token';
    return this.#options.needsSecondFactor(user) ? 'the user of its common name has a second factor' : undefined;
  }
}

function refusal(detail: string): Refusal {
  return { kind: 'refused', reason: 'certificate', detail };
}
