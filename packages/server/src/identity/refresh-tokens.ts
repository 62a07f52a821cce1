import { randomUUID } from 'node:crypto';
import type { AccountStore } from '../registry/ports/account-store.ts';
import type { Authenticated, Refusal } from '../registry/ports/authenticator.ts';
import type { Principal } from '../registry/ports/authorizer.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import { boundSubjectOf, findBoundUser, subjectClaims } from './bound-subject.ts';
import type { TokenKind } from './signed-token.ts';
import { signToken, tokenInvalid, verifyToken } from './signed-token.ts';
import type { SigningKeys } from './signing-keys.ts';
import { subjectOf } from './user-subject.ts';

const lifetimeSeconds = 90 * 24 * 60 * 60;

interface RefreshTokensOptions {
  readonly accounts: AccountStore;
  readonly keys: SigningKeys;
  readonly issuer: string;
  readonly service: string;
  readonly now: () => Millis;
}

/**
 * Refresh tokens, which `docker login` keeps in place of a password. Good for 90 days at the token endpoint only, and no
 * longer than the user's version and the personal access token that it was got with.
 */
export class RefreshTokens {
  readonly #options: RefreshTokensOptions;
  readonly #kind: TokenKind;

  constructor(options: RefreshTokensOptions) {
    this.#options = options;
    this.#kind = { type: 'longshore-refresh+jwt', issuer: options.issuer, audience: `${options.service}#refresh`, lateSeconds: 0 };
  }

  /** For users alone, who are not limited: redeemed, it would be good for more than others are, and longer than a robot's secret. */
  async issue(principal: Principal): Promise<string | undefined> {
    if (principal.subject.kind !== 'user' || principal.limit !== undefined) return undefined;
    // It would outlive the certificate.
    if (principal.proof !== undefined && 'thumbprint' in principal.proof) return undefined;
    const { subject, claims } = subjectClaims(principal);
    const tokenId = principal.proof !== undefined && 'accessTokenId' in principal.proof ? principal.proof.accessTokenId : undefined;
    return signToken(this.#options.keys, this.#kind, {
      subject,
      claims: tokenId === undefined ? claims : { ...claims, pat: tokenId },
      id: randomUUID(),
      at: this.#options.now(),
      lifetimeSeconds,
    });
  }

  /** Who the token stands for now. */
  async redeem(text: string): Promise<Authenticated | Refusal> {
    const { accounts, keys, now } = this.#options;
    const signed = await verifyToken(keys, this.#kind, text, now());
    if ('kind' in signed) return signed;
    const bound = boundSubjectOf(signed.claims);
    const user = bound?.kind === 'user' ? await findBoundUser(accounts, bound) : undefined;
    if (user === undefined) return tokenInvalid;
    const { pat } = signed.claims;
    const principal = { subject: subjectOf(user), limit: undefined, credential: 'refresh-token' };
    if (pat === undefined) return { kind: 'principal', principal: { ...principal, proof: { userVersion: user.version } } };
    if (typeof pat !== 'number' || !(await this.#isGood(user.id, pat))) return tokenInvalid;
    return { kind: 'principal', principal: { ...principal, proof: { userVersion: user.version, accessTokenId: pat } } };
  }

  async #isGood(userId: number, accessTokenId: number): Promise<boolean> {
    const { accounts, now } = this.#options;
    const token = (await accounts.listAccessTokens(userId)).find(({ id }) => id === accessTokenId);
    return token !== undefined && (token.expiresAt === undefined || now() < token.expiresAt);
  }
}
