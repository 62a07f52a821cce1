import type { NamedProject } from '../registry/ports/access.ts';
import type { AccessStore } from '../registry/ports/access-store.ts';
import type { Action, Authorizer, Decision, KubernetesSubject, Principal, Resource, Visibility } from '../registry/ports/authorizer.ts';
import type { ClusterReviews, ClusterVerb, ReviewedAccess } from '../registry/ports/cluster-reviews.ts';
import { projectOf } from '../registry/project-name.ts';
import { RegistryError } from '../registry/registry-error.ts';
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

/** Reviews of one list. */
const mostProjects = 1000;
/** Of those: whoever pushes and pulls meanwhile waits in the same line. */
const mostAtOnce = 8;

interface ClusterAuthorizerOptions {
  readonly roles: Authorizer;
  readonly reviews: ClusterReviews;
  readonly projects: Pick<AccessStore, 'listNamedProjects'>;
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

  /**
   * What roles show, and the projects of which the cluster allows all: who may pull one repository of a namespace alone finds it by its name only.
   * A cluster is asked for lists alone; the source of a mount that names none is looked for in what is public.
   */
  async visible(principal: Principal, action: Action): Promise<Visibility> {
    const visibility = await this.#options.roles.visible(principal, action);
    const { subject } = principal;
    if (subject.kind !== 'kubernetes' || action !== 'list' || visibility.kind !== 'held') return visibility;
    return { ...visibility, projects: await this.#shownTo(subject) };
  }

  async #shownTo(subject: KubernetesSubject): Promise<NamedProject[]> {
    const { projects, reviews } = this.#options;
    const named = await projects.listNamedProjects(mostProjects + 1);
    if (named.length > mostProjects) {
      const message = `There are more than ${mostProjects} projects, and a cluster is not asked about so many: name the repository or its project.`;
      throw new RegistryError('UNSUPPORTED', { status: 400, message });
    }
    const shown = new Set<NamedProject>();
    const left = named.values();
    const ask = async (): Promise<void> => {
      for (const project of left) {
        const namespace = reviews.namespaceOf(subject.cluster, project.name);
        const isShown = namespace !== undefined && (await reviews.allows(subject, { verb: 'pull', namespace, name: undefined }));
        if (isShown) shown.add(project);
      }
    };
    await Promise.all(Array.from({ length: mostAtOnce }, ask));
    return named.filter((project) => shown.has(project));
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
