import type { KubernetesSubject } from '../../registry/ports/authorizer.ts';
import { type ReviewedAccess, repositoryGroup, repositoryResource } from '../../registry/ports/cluster-reviews.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { fieldOf } from './json-shape.ts';

/** A binding that is taken away counts within this. */
const allowedForMs = 5000;
const deniedForMs = 2000;

/** Asks a cluster what somebody may do (SubjectAccessReview, `authorization.k8s.io/v1`). The same is asked once at a time. */
export class AccessReviews {
  readonly #connection: ClusterConnection;
  readonly #elapsed: () => Millis;
  readonly #known = new BoundedMap<{ readonly allowed: boolean; readonly goodUntil: Millis }>(50_000);
  readonly #running = new Map<string, Promise<boolean>>();
  /** Of one review of a token comes one subject, which is asked about many times. */
  readonly #keys = new WeakMap<KubernetesSubject, string>();

  constructor({ connection, elapsed }: { connection: ClusterConnection; elapsed: () => Millis }) {
    this.#connection = connection;
    this.#elapsed = elapsed;
  }

  /** Allowed: as the cluster said at most five seconds ago; denied: at most two. Rejects as `ClusterConnection.create` does. */
  async allows(subject: KubernetesSubject, access: ReviewedAccess): Promise<boolean> {
    // No part but the last can hold a line break.
    const key = `${access.verb}\n${access.namespace}\n${access.name ?? ''}\n${this.#keyOf(subject)}`;
    const known = this.#known.get(key);
    if (known !== undefined && this.#elapsed() < known.goodUntil) return known.allowed;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const review = this.#review(key, subject, access);
    this.#running.set(key, review);
    try {
      return await review;
    } finally {
      this.#running.delete(key);
    }
  }

  #keyOf(subject: KubernetesSubject): string {
    const known = this.#keys.get(subject);
    if (known !== undefined) return known;
    const key = JSON.stringify([subject.name, subject.uid, subject.groups, subject.extra]);
    this.#keys.set(subject, key);
    return key;
  }

  async #review(key: string, { name: user, uid, groups, extra }: KubernetesSubject, access: ReviewedAccess): Promise<boolean> {
    const askedAt = this.#elapsed();
    const { verb, namespace, name } = access;
    const resourceAttributes = { group: repositoryGroup, resource: repositoryResource, verb, namespace, ...(name && { name }) };
    const object = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, uid, groups, extra, resourceAttributes },
    };
    const answer = await this.#connection.create('/apis/authorization.k8s.io/v1/subjectaccessreviews', object, 'again');
    const allowed = fieldOf(answer, 'status', 'allowed') === true;
    this.#known.set(key, { allowed, goodUntil: askedAt + (allowed ? allowedForMs : deniedForMs) });
    return allowed;
  }
}
