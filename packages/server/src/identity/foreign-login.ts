import type { Authenticated, Origin, Refusal } from '../registry/ports/authenticator.ts';
import type { ForeignTokens, ProvedToken } from '../registry/ports/foreign-tokens.ts';
import type { Logger } from '../registry/ports/logger.ts';
import { isRobotUserName } from '../registry/robot-name.ts';
import { issuerIn } from './foreign-token-form.ts';

/** Finds the robot that a proved token stands for. `userName` undefined: none was named, so that exactly one has to trust the token. */
export interface TrustingRobots {
  login(proved: ProvedToken, from: Origin, userName: string | undefined): Promise<Authenticated | Refusal>;
}

/** Where logins with tokens of others go. */
export interface ForeignLoginOptions {
  readonly sources: readonly ForeignTokens[];
  readonly robots: TrustingRobots;
  readonly logger: Logger;
}

/** Logins with tokens that others have issued: who looks at one is told by the issuer that it names, and by nothing else. */
export class ForeignLogin {
  readonly #options: ForeignLoginOptions;
  /** Our own `iss`: such tokens are looked at elsewhere. */
  readonly #issuer: string;

  constructor(options: ForeignLoginOptions & { readonly issuer: string }) {
    this.#options = options;
    this.#issuer = options.issuer;
  }

  /** As `login` without a user name, for a token that was proved a moment ago and stands for somebody by itself; undefined for all others. */
  loginKnown(text: string): Authenticated | undefined {
    for (const source of this.#options.sources) {
      const principal = source.proved?.(text)?.principal;
      if (principal !== undefined) return { kind: 'principal', principal };
    }
    return undefined;
  }

  /**
   * `userName`: what came along with the token; a robot's makes it a login as that robot. Undefined: the text is no token, or one that we
   * issued. Every refusal is `token-invalid` or `token-expired`, and in the log with its detail.
   */
  async login(text: string, from: Origin, userName: string | undefined): Promise<Authenticated | Refusal | undefined> {
    const isRobots = userName !== undefined && isRobotUserName(userName);
    const known = isRobots ? undefined : this.loginKnown(text);
    if (known !== undefined) return known;
    const iss = issuerIn(text);
    if (iss === undefined || iss === this.#issuer) return undefined;
    const outcome = await this.#login(text, iss, from, userName);
    if (outcome.kind === 'refused') {
      const { detail, reason } = outcome;
      this.#options.logger.info('A token of another issuer was refused', { reason, detail, address: from.address });
    }
    return outcome;
  }

  async #login(text: string, iss: string, from: Origin, userName: string | undefined): Promise<Authenticated | Refusal> {
    const { sources, robots } = this.#options;
    const source = sources.find((one) => one.knows(iss));
    if (source === undefined) return { kind: 'refused', reason: 'token-invalid', detail: 'its issuer is not configured here' };
    const proved = await source.verify(text);
    if (proved.kind === 'refused') return proved;
    const robotName = userName !== undefined && isRobotUserName(userName) ? userName : undefined;
    if (robotName === undefined && proved.principal !== undefined) return { kind: 'principal', principal: proved.principal };
    return robots.login(proved, from, robotName);
  }
}
