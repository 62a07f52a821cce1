import { hash, randomUUID } from 'node:crypto';
import type { Refusal } from '../../registry/ports/authenticator.ts';
import type { KubernetesSubject } from '../../registry/ports/authorizer.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ProvedToken } from '../../registry/ports/foreign-tokens.ts';
import type { ClusterConnection, Lane } from './cluster-connection.ts';
import { fieldOf, textsOf } from './json-shape.ts';
import { RecentReviews, type Review } from './recent-reviews.ts';
import { payloadOf, type TokenPayload } from './token-payload.ts';

const refusedForMs = 1000;
/** In a registry token it is sealed and encoded twice, and has to fit into a header. */
const mostTokenLength = 4096;
/** Names go into the log, history and rows. */
const mostNameLength = 400;

interface TokenReviewOptions {
  /** Name in the configuration. */
  readonly cluster: string;
  readonly connection: ClusterConnection;
  readonly audience: string;
  /** The time of day, by which tokens end. */
  readonly now: () => Millis;
  /** A clock that never goes back, by which an answer gets old. */
  readonly elapsed: () => Millis;
}

const expired: Refusal = { kind: 'refused', reason: 'token-expired', detail: 'it has expired' };

/** Under what a token is remembered, which keeps none in memory for longer than it is looked at. */
export function tokenKey(token: string): string {
  return hash('sha256', token, 'base64');
}

/**
 * Asks a cluster whose a token is (TokenReview, `authentication.k8s.io/v1`). What it says is good for five seconds from when it was asked, and for one
 * that it refused for one second; the same token is asked about once at a time, and again before that while it is in use.
 */
export class TokenReviews {
  readonly #options: TokenReviewOptions;
  readonly #reviews: RecentReviews<ProvedToken | Refusal>;

  constructor(options: TokenReviewOptions) {
    this.#options = options;
    this.#reviews = new RecentReviews({ most: { good: 10_000, other: 1000 }, otherForMs: refusedForMs, elapsed: options.elapsed });
  }

  /** `isKnown`: it was proved before, maybe by another process. Rejects as `ClusterConnection.create` does. */
  async verify(token: string, isKnown: boolean): Promise<ProvedToken | Refusal> {
    const outcome = await this.#reviews.of(tokenKey(token), (wasGood) => this.#review(token, isKnown || wasGood ? 'again' : 'first'));
    return outcome.kind === 'proved' && outcome.until <= this.#options.now() ? expired : outcome;
  }

  /** What is known to be good, without a look into it. `key`: its `tokenKey`. */
  proved(token: string, key: string): ProvedToken | undefined {
    const known = this.#reviews.good(key, () => this.#review(token, 'again'));
    return known?.kind === 'proved' && this.#options.now() < known.until ? known : undefined;
  }

  /** As `RecentReviews.freshUntil`. */
  freshUntil(token: string): Millis {
    return this.#reviews.freshUntil(tokenKey(token));
  }

  async #review(token: string, lane: Lane): Promise<Review<ProvedToken | Refusal>> {
    const payload = this.#acceptable(token, this.#options.now());
    if ('kind' in payload) return { outcome: payload, isGood: false };
    const outcome = await this.#ask(token, payload, lane);
    return { outcome, isGood: outcome.kind === 'proved' };
  }

  /** What no cluster has to be asked about. */
  #acceptable(token: string, now: Millis): TokenPayload | Refusal {
    const payload = token.length > mostTokenLength ? undefined : payloadOf(token);
    if (payload === undefined) return refusal(`no token of a cluster: it has no end, or more than ${mostTokenLength} characters`);
    const { audience } = this.#options;
    if (!payload.audiences.includes(audience)) return { ...refusal('it is for another audience'), expects: audience };
    if (payload.expiresAt <= now) return expired;
    return payload;
  }

  async #ask(token: string, { claims, expiresAt }: TokenPayload, lane: Lane): Promise<ProvedToken | Refusal> {
    const { cluster, audience, connection } = this.#options;
    // API servers give an answer again for ten seconds, by token and audiences: the second one, which no token has, makes each question a new one.
    const audiences = [audience, `${audience}:${randomUUID()}`];
    // Of a token that was proved before, so was this.
    const about = lane === 'again' && typeof claims['sub'] === 'string' ? claims['sub'] : '';
    const object = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences } };
    const status = fieldOf(await connection.create('/apis/authentication.k8s.io/v1/tokenreviews', object, { lane, about }), 'status');
    if (fieldOf(status, 'authenticated') !== true) return refusal('the cluster does not take it, or takes it no more');
    // An API server that knows nothing of audiences would take any.
    if (!(textsOf(fieldOf(status, 'audiences')) ?? []).includes(audience))
      return { ...refusal('it is for another audience'), expects: audience };
    const subject = subjectOf(cluster, fieldOf(status, 'user'));
    if (subject === undefined) return refusal('the cluster says of it what cannot be read');
    const proof = { clusterToken: token, expiresAt };
    const principal = { subject, limit: undefined, credential: `kubernetes:${cluster}`, proof };
    return { kind: 'proved', issuer: cluster, claims, until: expiresAt, principal };
  }
}

function subjectOf(cluster: string, user: unknown): KubernetesSubject | undefined {
  const name = fieldOf(user, 'username');
  const uid = fieldOf(user, 'uid') ?? '';
  const groups = textsOf(fieldOf(user, 'groups'));
  if (typeof name !== 'string' || name === '' || name.length > mostNameLength || /\p{Cc}/u.test(name)) return undefined;
  if (typeof uid !== 'string' || groups === undefined) return undefined;
  const extra: Record<string, readonly string[]> = {};
  for (const [key, value] of Object.entries(fieldOf(user, 'extra') ?? {})) {
    const texts = textsOf(value);
    if (texts === undefined) return undefined;
    extra[key] = texts;
  }
  return { kind: 'kubernetes', cluster, name, uid, groups, extra };
}

function refusal(detail: string): Refusal {
  return { kind: 'refused', reason: 'token-invalid', detail };
}
