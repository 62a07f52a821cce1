import type { KubernetesSubject } from './authorizer.ts';
import type { Millis } from './content-store.ts';

/** What a cluster's own authorization is asked about: verbs of the resource `repositories` of the API group `longshore.dev`. */
export type ClusterVerb = 'pull' | 'push' | 'delete';

/** The API group and the resource by which roles of a cluster speak of repositories. They are served by nobody: rules need no resource that is. */
export const repositoryGroup = 'longshore.dev';
export const repositoryResource = 'repositories';

/** `name`: what follows the project in the repository's name; undefined: every repository of the namespace. */
export interface ReviewedAccess {
  readonly verb: ClusterVerb;
  readonly namespace: string;
  readonly name: string | undefined;
}

/** Whom clusters take the registry's own users for. */
export interface ClusterPeople {
  /**
   * Who a user is in each cluster that knows the people of a provider which the user is linked to: as that provider called them last, read at most five
   * seconds ago. None for everybody else.
   */
  knownAs(userId: number): Promise<readonly KubernetesSubject[]>;
}

/** What clusters decide about those whom they know (SubjectAccessReview, `authorization.k8s.io/v1`). */
export interface ClusterReviews {
  /** The namespace that a project stands for in a cluster; undefined: none there, or the cluster is not asked what somebody may do. */
  namespaceOf(cluster: string, project: string): string | undefined;
  /**
   * That the subject's cluster allows it, by an answer that is at most five seconds old, and until when that needs no other look (by the clock
   * that never goes back); undefined: it does not. Rejects with a `RegistryError` (503, Retry-After), within the cluster's bound, when the
   * cluster cannot be asked.
   */
  allowedUntil(subject: KubernetesSubject, access: ReviewedAccess): Promise<Millis | undefined>;
}
