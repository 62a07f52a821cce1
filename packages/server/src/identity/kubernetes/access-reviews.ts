import { hash } from 'node:crypto';
import type { KubernetesSubject } from '../../registry/ports/authorizer.ts';
import { type ReviewedAccess, repositoryGroup, repositoryResource } from '../../registry/ports/cluster-reviews.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { fieldOf } from './json-shape.ts';
import { RecentReviews, type Review } from './recent-reviews.ts';

const deniedForMs = 2000;

/** Asks a cluster what somebody may do (SubjectAccessReview, `authorization.k8s.io/v1`). */
export class AccessReviews {
  readonly #connection: ClusterConnection;
  readonly #reviews: RecentReviews<boolean>;
  /** Of one review of a token comes one subject, which is asked about many times. */
  readonly #keys = new WeakMap<KubernetesSubject, string>();

  constructor({ connection, elapsed }: { connection: ClusterConnection; elapsed: () => Millis }) {
    this.#connection = connection;
    this.#reviews = new RecentReviews({ most: { good: 50_000, other: 10_000 }, otherForMs: deniedForMs, elapsed });
  }

  /**
   * Allowed, and until when that needs no other look: as the cluster said at most five seconds ago; denied (undefined): at most two. Rejects
   * as `ClusterConnection.create` does.
   */
  async allowedUntil(subject: KubernetesSubject, access: ReviewedAccess): Promise<Millis | undefined> {
    // No part can hold a line break.
    const key = `${access.verb}\n${access.namespace}\n${access.name ?? ''}\n${this.#keyOf(subject)}`;
    const allowed = await this.#reviews.of(key, () => this.#ask(subject, access));
    return allowed ? this.#reviews.freshUntil(key) : undefined;
  }

  #keyOf(subject: KubernetesSubject): string {
    const known = this.#keys.get(subject);
    if (known !== undefined) return known;
    // Of many groups it is long, and kept with each answer.
    const key = hash('sha256', JSON.stringify([subject.name, subject.uid, subject.groups, subject.extra]), 'base64');
    this.#keys.set(subject, key);
    return key;
  }

  async #ask({ name: user, uid, groups, extra }: KubernetesSubject, access: ReviewedAccess): Promise<Review<boolean>> {
    const { verb, namespace, name } = access;
    const resourceAttributes = { group: repositoryGroup, resource: repositoryResource, verb, namespace, ...(name && { name }) };
    const object = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, uid, groups, extra, resourceAttributes },
    };
    const answer = await this.#connection.create('/apis/authorization.k8s.io/v1/subjectaccessreviews', object, {
      lane: 'again',
      about: user,
    });
    const allowed = fieldOf(answer, 'status', 'allowed') === true;
    return { outcome: allowed, isGood: allowed };
  }
}
