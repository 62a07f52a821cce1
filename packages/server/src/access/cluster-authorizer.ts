import type { Action, Authorizer, Decision, KubernetesSubject, Principal, Resource, Visibility } from '../registry/ports/authorizer.ts';
import type { ClusterReviews, ClusterVerb, ReviewedAccess } from '../registry/ports/cluster-reviews.ts';
import { projectOf } from '../registry/project-name.ts';
import { withinLimit } from './access-limit.ts';
import type { CreateOnPush } from './authorizer.ts';
import { clusterDenial } from './cluster-denial.ts';

/** What clusters decide; anything else never is theirs to allow. */
const verbs: Partial<Readonly<Record<Action, ClusterVerb>>> = {
  pull: 'pull',
  list: 'pull',
  push: 'push',
  update: 'push',
  delete: 'delete',
};

interface ClusterAuthorizerOptions {
  readonly roles: Authorizer;
  readonly reviews: ClusterReviews;
  readonly createOnPush: CreateOnPush;
}

/**
 * Roles first; where they do not allow it, the cluster of whoever comes from one is asked. Either may allow. Nothing is asked of a cluster
 * for anybody else, or beyond what a credential is limited to.
 */
export class ClusterAuthorizer implements Authorizer {
  readonly #options: ClusterAuthorizerOptions;

  constructor(options: ClusterAuthorizerOptions) {
    this.#options = options;
  }

  async decide(principal: Principal, action: Action, resource: Resource): Promise<Decision> {
    const decision = await this.#options.roles.decide(principal, action, resource);
    const { subject, limit } = principal;
    if (decision.allow || subject.kind !== 'kubernetes' || !withinLimit(limit, action, resource)) return decision;
    const access = this.#accessTo(subject, action, resource);
    return access === undefined ? decision : this.#review(subject, access, decision);
  }

  visible(principal: Principal, action: Action): Promise<Visibility> {
    return this.#options.roles.visible(principal, action);
  }

  async #review(subject: KubernetesSubject, access: ReviewedAccess, decision: Decision): Promise<Decision> {
    const { cluster, name } = subject;
    if (!(await this.#options.reviews.allows(subject, access))) {
      const told = clusterDenial(subject, access);
      return { ...decision, reason: `${decision.reason}; ${told}`, told };
    }
    if (decision.project === 'none' && access.verb !== 'pull' && this.#options.createOnPush === 'nobody') {
      return { ...decision, reason: 'the project does not exist, and projects do not begin with a push here: have it created' };
    }
    const where = `${access.name === undefined ? '' : `${access.name} in `}namespace ${access.namespace}`;
    return { ...decision, allow: true, reason: `cluster ${cluster} allows ${name} to ${access.verb} ${where}` };
  }

  /** What to ask a cluster; undefined when it is not the cluster's to say. */
  #accessTo({ cluster }: KubernetesSubject, action: Action, resource: Resource): ReviewedAccess | undefined {
    const verb = verbs[action];
    if (verb === undefined || resource.kind === 'registry') return undefined;
    const project = resource.kind === 'project' ? resource.name : projectOf(resource.name);
    const namespace = this.#options.reviews.namespaceOf(cluster, project);
    if (namespace === undefined) return undefined;
    const rest = resource.kind === 'project' ? '' : resource.name.slice(project.length + 1);
    // A repository of its project's own name has no rest: only who may act on all of the namespace may act on it.
    return { verb, namespace, name: rest === '' ? undefined : rest };
  }
}
