import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
  type TokenEndpointResponse,
  type TokenEndpointResponseHelpers,
} from 'openid-client';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { SecretBox } from '../../registry/ports/secret-box.ts';
import type { AwayProof, ExternalIdentity, ExternalProof, SignInProvider } from '../../registry/ports/sign-in.ts';
import { type Claims, claimAt, claimedIdentity, leavesGroupsOut } from './claimed-identity.ts';
import { explainFailure } from './oidc-failure.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { ProviderConnection } from './provider-connection.ts';

type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

/** What `finish` has to know of `start`; in the browser's sealed cookie, so that any replica finishes what another began. */
interface Kept {
  readonly provider: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** What became of asking a provider again. `ended`: it vouches no more. `unknown`: about this person. `away`: about anybody. */
export type Renewal =
  | { readonly kind: 'renewed'; readonly identity: ExternalIdentity }
  | { readonly kind: 'ended' | 'unknown' | 'away'; readonly detail: string };

/**
 * Logins through one provider of OpenID Connect: authorization code with PKCE (RFC 7636), state and nonce, the issuer checked in the answer
 * (RFC 9207), the ID token by its signature, issuer, audience and times.
 */
export class OidcSignIn implements SignInProvider {
  readonly #settings: OidcSettings;
  readonly #connection: ProviderConnection;
  readonly #box: SecretBox;

  constructor(options: { readonly settings: OidcSettings; readonly box: SecretBox; readonly now: () => Millis }) {
    this.#settings = options.settings;
    this.#box = options.box;
    this.#connection = new ProviderConnection(options.settings, options.now);
  }

  get name(): string {
    return this.#settings.name;
  }

  get title(): string {
    return this.#settings.title;
  }

  async start({
    callbackUrl,
  }: {
    readonly callbackUrl: string;
  }): Promise<{ readonly redirect: string; readonly kept: string } | AwayProof> {
    try {
      const configuration = await this.#connection.configuration();
      const kept: Kept = { provider: this.name, state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const redirect = buildAuthorizationUrl(configuration, {
        redirect_uri: callbackUrl,
        scope: ['openid', ...this.#settings.scopes.filter((scope) => scope !== 'openid')].join(' '),
        code_challenge: await calculatePKCECodeChallenge(kept.verifier),
        code_challenge_method: 'S256',
        state: kept.state,
        nonce: kept.nonce,
      });
      return { redirect: redirect.href, kept: JSON.stringify(kept) };
    } catch (error) {
      // Whatever it is, the browser has nowhere to go.
      return { kind: 'away', detail: explainFailure(error).detail };
    }
  }

  async finish({
    callbackUrl,
    url,
    kept,
  }: {
    readonly callbackUrl: string;
    readonly url: URL;
    readonly kept: string;
  }): Promise<ExternalProof> {
    const begun = JSON.parse(kept) as Kept;
    if (begun.provider !== this.name) return { kind: 'refused', detail: 'the login was begun at another provider' };
    const answer = new URL(callbackUrl);
    answer.search = url.search;
    try {
      const configuration = await this.#connection.configuration();
      const tokens = await authorizationCodeGrant(configuration, answer, {
        pkceCodeVerifier: begun.verifier,
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        idTokenExpected: true,
      });
      return await this.#identify(configuration, tokens);
    } catch (error) {
      // Its keys or our secret may have changed since it was asked.
      this.#connection.forget();
      const { kind, detail } = explainFailure(error);
      return { kind: kind === 'away' ? 'away' : 'refused', detail };
    }
  }

  /** Asks about somebody again, by what `ExternalIdentity.renewal` held. */
  async renew({ externalId, renewal }: { readonly externalId: string; readonly renewal: string }): Promise<Renewal> {
    const token = this.#open(externalId, renewal);
    if (token === undefined) return { kind: 'unknown', detail: 'what it is asked with was sealed with another secret key' };
    const configuration = await this.#connection.configuration().catch(explainFailure);
    if ('kind' in configuration) return { kind: 'away', detail: configuration.detail };
    try {
      const tokens = await refreshTokenGrant(configuration, token);
      const proof = await this.#identify(configuration, tokens, externalId);
      if (proof.kind !== 'proved') return { kind: 'unknown', detail: proof.detail };
      if (proof.identity.externalId !== externalId) return { kind: 'ended', detail: 'the provider answered about somebody else' };
      return { kind: 'renewed', identity: proof.identity };
    } catch (error) {
      this.#connection.forget();
      const { kind, detail } = explainFailure(error);
      return { kind: kind === 'unfit' ? 'away' : kind === 'refused' ? 'unknown' : kind, detail };
    }
  }

  /** The claims of the ID token, and of the UserInfo endpoint where the token lacks what the settings ask for. */
  async #identify(configuration: Configuration, tokens: Tokens, expected?: string): Promise<ExternalProof> {
    const { nameClaim, groupsClaim } = this.#settings;
    let claims: Claims = tokens.claims() ?? {};
    const lacks = [nameClaim, groupsClaim].some((name) => claimAt(claims, name) === undefined);
    const sub = typeof claims['sub'] === 'string' ? claims['sub'] : expected;
    if (lacks && sub !== undefined && configuration.serverMetadata().userinfo_endpoint !== undefined) {
      claims = { ...(await fetchUserInfo(configuration, tokens.access_token, sub)), ...claims };
    }
    if (leavesGroupsOut(claims, this.#settings)) {
      const detail = 'the provider left the groups out because there are too many: let it send only those of this application';
      return { kind: 'refused', detail };
    }
    const identity = claimedIdentity(claims, this.#settings);
    if (identity === undefined) return { kind: 'refused', detail: 'the provider names no subject of at most 255 printable characters' };
    const { refresh_token: token } = tokens;
    if (token === undefined) return { kind: 'proved', identity };
    return { kind: 'proved', identity: { ...identity, renewal: this.#box.seal(this.#purpose(identity.externalId), token) } };
  }

  #open(externalId: string, renewal: string): string | undefined {
    try {
      return this.#box.open(this.#purpose(externalId), renewal);
    } catch {
      return undefined;
    }
  }

  /** So that the token of one person cannot be put in the place of another's. */
  #purpose(externalId: string): string {
    return `${this.name} ${externalId}`;
  }
}
