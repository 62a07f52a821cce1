import type { Refusal } from './authenticator.ts';
import type { Principal } from './authorizer.ts';
import type { Millis } from './content-store.ts';

/** Claims of a token as its issuer wrote them: JSON, of bounded size and depth. */
export type ForeignClaims = Readonly<Record<string, unknown>>;

/** A token whose issuer, audience, signature and times were found good. What its holder may do here is another question. */
export interface ProvedToken {
  readonly kind: 'proved';
  /** What trusts of robots call the issuer: its name in the settings, never a text that the token chose. */
  readonly issuer: string;
  readonly claims: ForeignClaims;
  /** From then on it is taken no more, clocks that are apart included. Nothing that comes of the token is good for longer. */
  readonly until: Millis;
  /** Of a certificate, which is proved in the same way: as `ShownCertificate.thumbprint`. */
  readonly thumbprint?: string;
  /** Who its holder is without any robot's trust; undefined: nobody. */
  readonly principal?: Principal;
}

/** Tokens (JWT, RFC 7519) that others issue, of one kind of issuer: configured issuers, or clusters. */
export interface ForeignTokens {
  /** What trusts may call the issuers: their names in the settings. */
  readonly names: readonly string[];
  /** Whether tokens with this `iss` are for `verify`. No token is ever tried against the keys of an issuer that it does not name. */
  knows(iss: string): boolean;
  /**
   * Proves a token. A refusal has a `detail` for the log and the audit log, free of what differs from one try to the next, and may say by
   * `expects` which audience is right. Rejects with a `RegistryError` (503, Retry-After) when whoever has to be asked is away: bounded in time.
   */
  verify(token: string): Promise<ProvedToken | Refusal>;
  /** What `verify` would say of a token that it proved a moment ago, by the whole text alone; undefined when it has to look into it. */
  proved?(token: string): ProvedToken | undefined;
}
