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
  /** Asked for besides `openid`. */
  readonly scopes: readonly string[];
  readonly nameClaim: string;
  readonly groupsClaim: string;
  /** How long each request to the provider may take, in all. */
  readonly timeoutMs: number;
}
