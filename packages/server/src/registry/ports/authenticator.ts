import type { Scope } from '@longshore/oci';
import type { Lasting, Principal } from './authorizer.ts';
import type { ShownCertificate } from './shown-certificate.ts';

/**
 * Why a credential was not accepted. `credentials`: unknown user, wrong password or token, malformed header (never
 * told apart); `delayed`: not looked at, too many failures or too much to do; `token-expired` and `token-invalid`:
 * a registry or refresh token; `second-factor`: the right password, which is not enough for this user; `certificate`: what the client
 * showed when it connected.
 */
export type RefusalReason = 'credentials' | 'delayed' | 'token-expired' | 'token-invalid' | 'second-factor' | 'certificate';

/** What whoever has shown the right password is told, where it is not enough. */
export const needsSecondFactorMessage =
  'The password of this account is good only together with its second factor: sign in at /auth/sign-in, make an access token, and use that.';

/** `retryAfterSeconds`: whole seconds of at least 1, with every `delayed`. */
export interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  readonly retryAfterSeconds?: number;
  /** Name of the account that was tried, if there is one; for auditors alone: the client must not learn that there is. */
  readonly account?: string;
  /** What was wrong, for the log and for auditors alone: free of secrets, and the same whenever the same is wrong. */
  readonly detail?: string;
  /** The audience that a token of another issuer has to have, which anybody may know. */
  readonly expects?: string;
  /** What was wrong, as far as whoever asked knows it anyway and may be told: the end of a sentence. */
  readonly told?: string;
}

export interface Authenticated {
  readonly kind: 'principal';
  readonly principal: Principal;
  /** Undefined: it has to be proved anew each time. */
  readonly lasts?: Lasting | undefined;
}

/** What an Authorization header proved. `anonymous`: there was none, which is not the same as a refused one. */
export type Authentication = Authenticated | { readonly kind: 'anonymous' } | Refusal;

/** Where a request came from, as the listener trusts it (a forwarded address only from a trusted proxy). */
export interface Origin {
  readonly address: string;
  /** What the client itself has shown on this connection; undefined: nothing, or it was not asked. */
  readonly certificate?: ShownCertificate | undefined;
  /** The one project that what is asked for is in, where a login says what it is for: no robot of another one is taken that nobody named. */
  readonly project?: string | undefined;
}

/** Finds out who sends a request. Rejects only when the accounts cannot be read or a failure cannot be recorded. */
export interface Authenticator {
  /**
   * `header`: the value of Authorization (Basic, RFC 7617, or Bearer, RFC 6750), undefined when there is none. Only then the client's
   * certificate counts.
   */
  authenticate(header: string | undefined, from: Origin): Promise<Authentication>;
  /** By a token that another issuer signed, and by nothing else; `userName` may name the robot that trusts it. */
  proveForeign(token: string, userName: string | undefined, from: Origin): Promise<Authenticated | Refusal>;
}

/** What a client asks the token endpoint for. */
export interface TokenRequest {
  readonly principal: Principal;
  readonly scopes: readonly Scope[];
  /** The `account` parameter, a client's own claim: gives no right and does not enter the token. */
  readonly account?: string | undefined;
  readonly address: string;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresInSeconds: number;
  /** RFC 3339, UTC. */
  readonly issuedAt: string;
}

/** The token endpoint's side of the Docker token protocol. */
export interface TokenService {
  /**
   * A registry token for as much of `scopes` as the principal may do now; less than asked for, even nothing, is not
   * an error (such a token still proves who its holder is). Rejects for a user without `proof`.
   */
  issue(request: TokenRequest): Promise<IssuedToken>;
  /** A long-lived token that only this service redeems. Undefined for the anonymous and for limited principals. */
  issueRefreshToken(principal: Principal): Promise<string | undefined>;
  /** Who a refresh token stands for now. A registry token is `token-invalid` here. */
  redeemRefreshToken(text: string): Promise<Authenticated | Refusal>;
  /** The public keys as a JSON Web Key Set (RFC 7517). */
  jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }>;
}
