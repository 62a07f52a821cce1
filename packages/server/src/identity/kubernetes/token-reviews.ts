import { hash, randomUUID } from 'node:crypto';
import type { Refusal } from '../../registry/ports/authenticator.ts';
import type { KubernetesSubject } from '../../registry/ports/authorizer.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ProvedToken } from '../../registry/ports/foreign-tokens.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { ClusterConnection, Lane } from './cluster-connection.ts';
import { fieldOf, textsOf } from './json-shape.ts';
import { payloadOf, type TokenPayload } from './token-payload.ts';

/** A deleted ServiceAccount and a deleted Pod end their tokens within this. */
const goodForMs = 5000;
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

/**
 * Asks a cluster whose a token is (TokenReview, `authentication.k8s.io/v1`). What it says is good for five seconds from when it was asked, and for one
 * that it refused for one second; the same token is asked about once at a time.
 */
export class TokenReviews {
  readonly #options: TokenReviewOptions;
  readonly #proved = new BoundedMap<{ readonly outcome: ProvedToken; readonly goodUntil: Millis }>(10_000);
  /** Apart from those that are good, so that made-up ones do not push them out. */
  readonly #refused = new BoundedMap<{ readonly outcome: Refusal; readonly goodUntil: Millis }>(1000);
  readonly #running = new Map<string, Promise<ProvedToken | Refusal>>();

  constructor(options: TokenReviewOptions) {
    this.#options = options;
  }

  /** `isKnown`: it was proved before, maybe by another process. Rejects as `ClusterConnection.create` does. */
  async verify(token: string, isKnown: boolean): Promise<ProvedToken | Refusal> {
    const key = hash('sha256', token, 'base64');
    const { now, elapsed } = this.#options;
    const at = elapsed();
    const proved = this.#proved.get(key);
    if (proved !== undefined && at < proved.goodUntil && now() < proved.outcome.until) return proved.outcome;
    const refused = this.#refused.get(key);
    if (refused !== undefined && at < refused.goodUntil) return refused.outcome;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const review = this.#review(token, key, isKnown || proved !== undefined ? 'again' : 'first');
    this.#running.set(key, review);
    try {
      return await review;
    } finally {
      this.#running.delete(key);
    }
  }

  async #review(token: string, key: string, lane: Lane): Promise<ProvedToken | Refusal> {
    const { now, elapsed } = this.#options;
    const askedAt = elapsed();
    const payload = this.#acceptable(token, now());
    if ('kind' in payload) return payload;
    const outcome = await this.#ask(token, payload, lane);
    if (outcome.kind === 'proved') {
      this.#refused.delete(key);
      this.#proved.set(key, { outcome, goodUntil: askedAt + goodForMs });
    } else {
      this.#proved.delete(key);
      this.#refused.set(key, { outcome, goodUntil: askedAt + refusedForMs });
    }
    return outcome;
  }

  /** What no cluster has to be asked about. */
  #acceptable(token: string, now: Millis): TokenPayload | Refusal {
    const payload = token.length > mostTokenLength ? undefined : payloadOf(token);
    if (payload === undefined) return refusal(`no token of a cluster: it has no end, or more than ${mostTokenLength} characters`);
    const { audience } = this.#options;
    if (!payload.audiences.includes(audience)) return { ...refusal('it is for another audience'), expects: audience };
    if (payload.expiresAt <= now) return { kind: 'refused', reason: 'token-expired', detail: 'it has expired' };
    return payload;
  }

  async #ask(token: string, { claims, expiresAt }: TokenPayload, lane: Lane): Promise<ProvedToken | Refusal> {
    const { cluster, audience, connection } = this.#options;
    // API servers give an answer again for ten seconds, by token and audiences: the second one, which no token has, makes each question a new one.
    const audiences = [audience, `${audience}:${randomUUID()}`];
    const object = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences } };
    const status = fieldOf(await connection.create('/apis/authentication.k8s.io/v1/tokenreviews', object, lane), 'status');
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
