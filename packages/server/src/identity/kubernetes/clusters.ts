import type { Authenticated, Refusal } from '../../registry/ports/authenticator.ts';
import type { KubernetesSubject } from '../../registry/ports/authorizer.ts';
import type { ClusterReviews, ReviewedAccess } from '../../registry/ports/cluster-reviews.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ForeignTokens, ProvedToken } from '../../registry/ports/foreign-tokens.ts';
import type { Cluster } from './cluster.ts';
import { payloadOf, type TokenPayload } from './token-payload.ts';
import { tokenKey } from './token-reviews.ts';

const remedy = 'give each an audience of its own (kubernetes.clusters[].audience), and ask for tokens with that';

/** Every configured cluster: whose tokens are whose, and which cluster decides about whom. */
export class Clusters implements ForeignTokens, ClusterReviews {
  readonly #clusters: ReadonlyMap<string, Cluster>;

  constructor(clusters: readonly Cluster[]) {
    this.#clusters = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  }

  /**
   * Asks clusters for their issuers, so that the first login need not. What cannot be asked now is asked then. `report` is told of clusters
   * whose tokens cannot be told apart.
   */
  async prepare(report: (message: string, fields: Readonly<Record<string, unknown>>) => void): Promise<void> {
    const clusters = [...this.#clusters.values()];
    await Promise.allSettled(clusters.map(({ issuer }) => issuer.learn()));
    const alike = Map.groupBy(clusters, ({ issuer, audience }) => JSON.stringify([issuer.known, audience]));
    for (const some of alike.values()) {
      const [first, second] = some;
      if (first?.issuer.known === undefined || second === undefined) continue;
      const fields = { clusters: some.map(({ name }) => name), issuer: first.issuer.known, audience: first.audience };
      report(`Clusters have the same issuer and audience, so the tokens of none of them are taken: ${remedy}`, fields);
    }
  }

  get names(): readonly string[] {
    return [...this.#clusters.keys()];
  }

  /** Also while a cluster has not told yet what its issuer is: `verify` asks it. */
  knows(iss: string): boolean {
    return [...this.#clusters.values()].some(({ issuer }) => issuer.known === undefined || issuer.known === iss);
  }

  async verify(token: string): Promise<ProvedToken | Refusal> {
    const payload = payloadOf(token);
    if (payload === undefined)
      return { kind: 'refused', reason: 'token-invalid', detail: 'it does not say for whom it is, and when it ends' };
    const meant = this.#meantBy(payload);
    const [cluster, ...others] = meant.length > 0 ? meant : await this.#learnUntil(payload);
    if (cluster === undefined) return { kind: 'refused', reason: 'token-invalid', detail: 'its issuer is not configured here' };
    // To ask both would show the one's token to the other, which could use it here.
    if (others.length > 0) {
      return { kind: 'refused', reason: 'token-invalid', detail: `several clusters have its issuer and its audience: ${remedy}` };
    }
    return cluster.tokens.verify(token, false);
  }

  proved(token: string): ProvedToken | undefined {
    const key = tokenKey(token);
    for (const { tokens } of this.#clusters.values()) {
      const proved = tokens.proved(token, key);
      if (proved !== undefined) return proved;
    }
    return undefined;
  }

  /** Proves a token that this cluster has proved before; undefined when it is no longer good, or the cluster no longer configured. */
  async verifyAgain(name: string, token: string): Promise<Authenticated | undefined> {
    const tokens = this.#clusters.get(name)?.tokens;
    const outcome = await tokens?.verify(token, true);
    if (tokens === undefined || outcome?.kind !== 'proved' || outcome.principal === undefined) return undefined;
    const { principal, until } = outcome;
    return { kind: 'principal', principal, lasts: { until, elapsed: tokens.freshUntil(token) } };
  }

  namespaceOf(name: string, project: string): string | undefined {
    return this.#clusters.get(name)?.namespaceOf(project);
  }

  async allowedUntil(subject: KubernetesSubject, access: ReviewedAccess): Promise<Millis | undefined> {
    return this.#clusters.get(subject.cluster)?.reviews.allowedUntil(subject, access);
  }

  /** Those whose issuer it names, and whose audience it is for. */
  #meantBy({ issuer, audiences }: TokenPayload): readonly Cluster[] {
    return this.#named(issuer).filter(({ audience }) => audiences.includes(audience));
  }

  #named(iss: string): readonly Cluster[] {
    return [...this.#clusters.values()].filter(({ issuer }) => issuer.known === iss);
  }

  /**
   * The same after those were asked that may turn out to be meant, since many clusters have the same issuer. When none is, who is named may
   * say so. Rejects only when none of those that answer is meant, and one does not answer.
   */
  async #learnUntil(payload: TokenPayload): Promise<readonly Cluster[]> {
    const isNamed = this.#named(payload.issuer).length > 0;
    const unknown = [...this.#clusters.values()].filter(
      ({ issuer, audience }) => issuer.known === undefined && (!isNamed || payload.audiences.includes(audience)),
    );
    const learnt = await Promise.allSettled(unknown.map(({ issuer }) => issuer.learn()));
    const meant = this.#meantBy(payload);
    const failed = learnt.find((outcome) => outcome.status === 'rejected');
    if (meant.length === 0 && failed !== undefined) throw failed.reason;
    return meant.length > 0 ? meant : this.#named(payload.issuer).slice(0, 1);
  }
}
