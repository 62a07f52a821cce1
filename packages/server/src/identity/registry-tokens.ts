import { hash, randomUUID } from 'node:crypto';
import type { AccountStore } from '../registry/ports/account-store.ts';
import type { Authenticated, IssuedToken, Origin, Refusal, TokenRequest, TokenService } from '../registry/ports/authenticator.ts';
import { type AccessLimit, type Authorizer, anonymous, type Lasting, lasting, type Principal } from '../registry/ports/authorizer.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import type { BoundClusterToken, BoundClusterTokens } from './bound-cluster-token.ts';
import type { BoundSubject } from './bound-subject.ts';
import { boundSubjectOf, findBoundUser, isConfirmed, subjectClaims } from './bound-subject.ts';
import { BoundedMap } from './bounded-map.ts';
import { RefreshTokens } from './refresh-tokens.ts';
import type { RobotLogin } from './robot-login.ts';
import type { SignedClaims, TokenKind } from './signed-token.ts';
import { isExpired, mostSkewSeconds, signToken, tokenInvalid, verifyToken } from './signed-token.ts';
import type { SigningKeys } from './signing-keys.ts';
import { grantAccess, limitOfAccess } from './token-access.ts';
import { subjectOf } from './user-subject.ts';

const credential = 'registry-token';

/** Where a token is shown, as far as that matters. */
type Shown = Pick<Origin, 'certificate'>;

interface RegistryTokensOptions {
  readonly accounts: AccountStore;
  readonly robots: Pick<RobotLogin, 'find'>;
  /** Undefined: no cluster is configured. */
  readonly clusterTokens?: BoundClusterTokens | undefined;
  readonly authorizer: Authorizer;
  readonly keys: SigningKeys;
  /** The `iss` claim: this installation. */
  readonly issuer: string;
  /** The `aud` claim, the `service` of the challenge. */
  readonly service: string;
  readonly now: () => Millis;
  /** 60 at least, since clients assume that much; 300 unless given. */
  readonly lifetimeSeconds?: number;
  /** Whether tokens come from other hosts too, whose clocks may be minutes apart from this one's. */
  readonly areClocksApart: boolean;
}

interface VerifiedToken {
  readonly claims: SignedClaims;
  /** Undefined: the anonymous. */
  readonly bound: BoundSubject | BoundClusterToken | undefined;
  readonly limit: AccessLimit;
}

/** Registry tokens of the Docker token protocol: signed JWTs, good for minutes and for what they list at most. */
export class RegistryTokens implements TokenService {
  readonly #options: RegistryTokensOptions;
  readonly #kind: TokenKind;
  readonly #refreshTokens: RefreshTokens;
  readonly #lifetimeSeconds: number;
  /** Tokens that verified, by their hash: a signature costs more than everything else of a small request. */
  readonly #verified = new BoundedMap<VerifiedToken>(10_000);

  constructor(options: RegistryTokensOptions) {
    this.#options = options;
    this.#lifetimeSeconds = options.lifetimeSeconds ?? 300;
    // Never more than as long again: whoever sets a short life means it.
    const lateSeconds = options.areClocksApart ? Math.min(mostSkewSeconds, this.#lifetimeSeconds) : 0;
    this.#kind = { type: 'longshore-registry+jwt', issuer: options.issuer, audience: options.service, lateSeconds };
    this.#refreshTokens = new RefreshTokens(options);
    if (this.#lifetimeSeconds < 60) throw new RangeError('registry tokens must live for at least 60 seconds');
  }

  async issue({ principal, scopes }: TokenRequest): Promise<IssuedToken> {
    const { authorizer, clusterTokens, keys, now } = this.#options;
    const ofCluster = clusterTokens?.claimsOf(principal);
    const { subject, claims } = ofCluster ?? subjectClaims(principal);
    const access = await grantAccess(authorizer, principal, scopes);
    const at = now();
    // What somebody else's token proved ends with it. At least a second: whoever has less of its own is refused by then.
    const { proof } = principal;
    const until = proof !== undefined && 'until' in proof ? proof.until : (ofCluster?.until ?? Infinity);
    const lifetimeSeconds = Math.max(1, Math.min(this.#lifetimeSeconds, Math.floor((until - at) / 1000)));
    const token = await signToken(keys, this.#kind, { subject, claims: { ...claims, access }, id: randomUUID(), at, lifetimeSeconds });
    return { token, expiresInSeconds: lifetimeSeconds, issuedAt: new Date(Math.floor(at / 1000) * 1000).toISOString() };
  }

  /**
   * Who a registry token stands for now, where it may need the certificate that it was got with, limited to
   * what it lists. The row of the user or robot is read at each call.
   */
  async verify(text: string, from: Shown = {}): Promise<Authenticated | Refusal> {
    return (await this.verifyKnown(text, from)) ?? this.#verifyFirst(text, from);
  }

  /** The same for a token that verified lately; undefined for every other text, of whatever kind it is. */
  verifyKnown(text: string, from: Shown): Promise<Authenticated | Refusal> | undefined {
    const key = keyOf(text);
    const known = this.#verified.get(key);
    if (known === undefined) return undefined;
    if (!isExpired(known.claims, this.#kind, this.#options.now())) return this.#principalOf(known, from);
    this.#verified.delete(key);
    return undefined;
  }

  issueRefreshToken(principal: Principal): Promise<string | undefined> {
    return this.#refreshTokens.issue(principal);
  }

  redeemRefreshToken(text: string): Promise<Authenticated | Refusal> {
    return this.#refreshTokens.redeem(text);
  }

  jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }> {
    return this.#options.keys.jwks();
  }

  async #verifyFirst(text: string, from: Shown): Promise<Authenticated | Refusal> {
    const verified = await this.#verifyNew(text);
    if ('kind' in verified) return verified;
    this.#verified.set(keyOf(text), verified);
    return this.#principalOf(verified, from);
  }

  async #verifyNew(text: string): Promise<VerifiedToken | Refusal> {
    const signed = await verifyToken(this.#options.keys, this.#kind, text, this.#options.now());
    if ('kind' in signed) return signed;
    const { claims } = signed;
    const limit = limitOfAccess(claims.access);
    if (limit === undefined) return tokenInvalid;
    if (claims.sub === 'anonymous') return { claims, bound: undefined, limit };
    const bound = this.#options.clusterTokens?.boundOf(claims) ?? boundSubjectOf(claims);
    return bound === undefined ? tokenInvalid : { claims, bound, limit };
  }

  async #principalOf({ claims, bound, limit }: VerifiedToken, from: Shown): Promise<Authenticated | Refusal> {
    // Got with a certificate, it is nothing to whoever does not show that, or when it is good no more.
    if (claims['cnf'] !== undefined && !isConfirmed(claims['cnf'], from.certificate)) return tokenInvalid;
    const until = (claims.exp + this.#kind.lateSeconds) * 1000;
    if (bound === undefined) return { kind: 'principal', principal: { ...anonymous, limit, credential }, lasts: { ...lasting, until } };
    if (bound.kind === 'kubernetes') {
      const found = await this.#options.clusterTokens?.find(bound);
      if (found === undefined) return tokenInvalid;
      return { kind: 'principal', principal: { ...found.principal, limit, credential }, lasts: shorter(found.lasts, until) };
    }
    if (bound.kind === 'robot') {
      const robot = await this.#options.robots.find(bound);
      if (robot === undefined) return tokenInvalid;
      return { kind: 'principal', principal: { ...robot.principal, limit, credential }, lasts: shorter(robot.lasts, until) };
    }
    const user = await findBoundUser(this.#options.accounts, bound);
    if (user === undefined) return tokenInvalid;
    const principal = { subject: subjectOf(user), limit, credential, proof: { userVersion: user.version } };
    return { kind: 'principal', principal, lasts: { ...lasting, until } };
  }
}

function shorter(lasts: Lasting | undefined, until: Millis): Lasting | undefined {
  return lasts && { ...lasts, until: Math.min(lasts.until, until) };
}

/** What a token is remembered under: nobody who reads this memory can use it. */
function keyOf(text: string): string {
  return hash('sha256', text, 'base64');
}
