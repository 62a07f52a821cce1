import type { EndpointRule } from '../../registry/ports/endpoint-rule.ts';

/** A provider of OpenID Connect, as the administrator describes it. */
export interface OidcSettings {
  readonly name: string;
  readonly title: string;
  /** To the letter what its tokens and its discovery document say of themselves. */
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client, which is nothing without PKCE. */
  readonly clientSecretFile?: string | undefined;
  /** Certificates in PEM of the authorities that vouch for its servers; rejects with what to do when they cannot be read. */
  readonly authorities: () => Promise<readonly string[]>;
  /** Where its discovery document may send us. */
  readonly endpoints: EndpointRule;
  /** Asked for besides `openid`. */
  readonly scopes: readonly string[];
  readonly nameClaim: string;
  readonly groupsClaim: string;
  /** Whether signing in again counts only with the provider's own word (`auth_time`) that it was now. */
  readonly requireAuthTime: boolean;
  /** How long each request to the provider may take, in all. */
  readonly timeoutMs: number;
}
