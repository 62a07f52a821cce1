import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
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
import type { AwayProof, ExternalProof, SignInProof, SignInProvider, SignOutPlace } from '../../registry/ports/sign-in.ts';
import { recentMs } from '../../registry/recent-sign-in.ts';
import { clientNetwork } from '../client-network.ts';
import type { Renewal } from '../external/recheck.ts';
import { QueueFull, TurnQueue } from '../turn-queue.ts';
import { type Claims, claimAt, claimedIdentity, leavesGroupsOut } from './claimed-identity.ts';
import { explainFailure } from './oidc-failure.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { ProviderConnection } from './provider-connection.ts';

/** Longer ones would fill the database, anew at each recheck. */
const longestRenewal = 16 * 1024;
/** More are not gone through; how many count is decided where they are given. */
const mostGroups = 10_000;

type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

/** What `finish` has to know of `start`; in the browser's sealed cookie, so that any replica finishes what another began. */
interface Kept {
  readonly provider: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Whether they had to prove again who they are. */
  readonly again: boolean;
}

/**
 * Logins through one provider of OpenID Connect: authorization code with PKCE (RFC 7636), state and nonce, the issuer checked in the answer
 * (RFC 9207), the ID token by its signature, issuer, audience and times.
 */
export class OidcSignIn implements SignInProvider {
  readonly #settings: OidcSettings;
  readonly #connection: ProviderConnection;
  readonly #box: SecretBox;
  /** Anybody can come back with a code that is none, and each is a question to the provider. */
  readonly #callbacks: TurnQueue;
  readonly #now: () => Millis;

  /** `elapsed`: a clock that never goes back. */
  constructor(options: {
    readonly settings: OidcSettings;
    readonly box: SecretBox;
    readonly now: () => Millis;
    readonly elapsed: () => Millis;
  }) {
    this.#settings = options.settings;
    this.#box = options.box;
    this.#now = options.now;
    this.#callbacks = new TurnQueue({ atOnce: 16, atOnceOfOne: 16, mostWaiting: 256, mostOfOne: 32, waitMs: options.settings.timeoutMs });
    this.#connection = new ProviderConnection(options.settings, options.elapsed);
  }

  get name(): string {
    return this.#settings.name;
  }

  get title(): string {
    return this.#settings.title;
  }

  async start({
    callbackUrl,
    again,
  }: {
    readonly callbackUrl: string;
    readonly again: boolean;
  }): Promise<{ readonly redirect: string; readonly kept: string } | AwayProof> {
    try {
      const configuration = await this.#connection.configuration();
      const kept: Kept = { provider: this.name, state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), again };
      const redirect = buildAuthorizationUrl(configuration, {
        redirect_uri: callbackUrl,
        scope: ['openid', ...this.#settings.scopes.filter((scope) => scope !== 'openid')].join(' '),
        code_challenge: await calculatePKCECodeChallenge(kept.verifier),
        code_challenge_method: 'S256',
        state: kept.state,
        nonce: kept.nonce,
        // The first asks; for the second a provider must say when it did (OpenID Connect Core 1.0, section 3.1.2.1).
        ...(again && { prompt: 'login', max_age: String(recentMs / 1000) }),
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
    address,
  }: {
    readonly callbackUrl: string;
    readonly url: URL;
    readonly kept: string;
    readonly address: string;
  }): Promise<SignInProof> {
    const begun = JSON.parse(kept) as Kept;
    if (begun.provider !== this.name) return { kind: 'refused', detail: 'the login was begun at another provider' };
    const answer = new URL(callbackUrl);
    answer.search = url.search;
    try {
      return await this.#callbacks.run(clientNetwork(address), () => this.#redeem(answer, begun));
    } catch (error) {
      if (error instanceof QueueFull) return { kind: 'away', detail: 'too many logins wait for the provider' };
      // Its keys or our secret may have changed since it was asked.
      this.#connection.forget();
      const { kind, detail } = explainFailure(error);
      return { kind: kind === 'away' ? 'away' : 'refused', detail };
    }
  }

  /** By RP-Initiated Logout 1.0, without a hint: ID tokens are not kept, so the provider asks the person. */
  async signOut(returnUrl: string): Promise<SignOutPlace | AwayProof | undefined> {
    try {
      const configuration = await this.#connection.configuration();
      const end = URL.parse(configuration.serverMetadata().end_session_endpoint ?? '');
      // What a provider says of itself becomes a link.
      if (end?.protocol !== 'https:' && end?.protocol !== new URL(this.#settings.issuer).protocol) return undefined;
      return { title: this.title, url: buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnUrl }).href };
    } catch (error) {
      return { kind: 'away', detail: explainFailure(error).detail };
    }
  }

  async #redeem(answer: URL, begun: Kept): Promise<SignInProof> {
    const configuration = await this.#connection.configuration();
    const tokens = await authorizationCodeGrant(configuration, answer, {
      pkceCodeVerifier: begun.verifier,
      expectedState: begun.state,
      expectedNonce: begun.nonce,
      idTokenExpected: true,
      ...(begun.again && this.#settings.requireAuthTime && { maxAge: recentMs / 1000 }),
    });
    const proof = await this.#identify(configuration, tokens);
    return proof.kind === 'proved' ? { ...proof, provedAt: this.#provedAt(tokens, begun) } : proof;
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
    if (identity.groups.length > mostGroups) {
      const detail = `the provider sends more than ${mostGroups} groups: let it send only those of this application`;
      return { kind: 'refused', detail };
    }
    const { refresh_token: token } = tokens;
    if (token !== undefined && token.length > longestRenewal) {
      const detail = `the provider's refresh token has more than ${longestRenewal} characters: let it send a shorter one, or none`;
      return { kind: 'refused', detail };
    }
    if (token === undefined) return { kind: 'proved', identity };
    return { kind: 'proved', identity: { ...identity, renewal: this.#box.seal(this.#purpose(identity.externalId), token) } };
  }

  /** Not later than now, whatever the provider's clock says. Who was merely recognized proved nothing now. */
  #provedAt(tokens: Tokens, { again }: Kept): Millis {
    const { auth_time: seconds } = tokens.claims() ?? {};
    if (seconds !== undefined) return Math.min(Math.floor(seconds * 1000), this.#now());
    return again && !this.#settings.requireAuthTime ? this.#now() : 0;
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
