import type { NamedProject } from '../registry/ports/access.ts';
import type { AccessStore } from '../registry/ports/access-store.ts';
import {
  type Action,
  type Authorizer,
  type Decision,
  type KubernetesSubject,
  lasting,
  type Principal,
  type Resource,
  type Subject,
  type Visibility,
} from '../registry/ports/authorizer.ts';
import type { ClusterPeople, ClusterReviews, ClusterVerb, ReviewedAccess } from '../registry/ports/cluster-reviews.ts';
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
  /** Undefined: no cluster knows any of the users. */
  readonly people: ClusterPeople | undefined;
  readonly projects: Pick<AccessStore, 'listNamedProjects'>;
  readonly createOnPush: CreateOnPush;
}

/**
 * Roles first; where they do not allow it, the cluster of whoever comes from one is asked, and of users those that know them. Either may allow.
 * Nothing is asked of a cluster for anybody else, or beyond what a credential is limited to.
 */
export class ClusterAuthorizer implements Authorizer {
  readonly #options: ClusterAuthorizerOptions;

  constructor(options: ClusterAuthorizerOptions) {
    this.#options = options;
  }

  async decide(principal: Principal, action: Action, resource: Resource): Promise<Decision> {
    const decision = await this.#options.roles.decide(principal, action, resource);
    if (decision.allow || !withinLimit(principal.limit, action, resource)) return decision;
    const questions = (await this.#knownAs(principal.subject)).flatMap((subject) => {
      const access = this.#accessTo(subject, action, resource);
      return access === undefined ? [] : [{ subject, access }];
    });
    const reviewed = await this.#reviewAny(questions, decision);
    // Who a user is to clusters is looked up anew after seconds.
    return principal.subject.kind === 'user' ? { ...reviewed, lasts: undefined } : reviewed;
  }

  /**
   * What roles show, and the projects of which the cluster allows all: who may pull one repository of a namespace alone finds it by its name only.
   * A cluster is asked for lists alone; the source of a mount that names none is looked for in what is public. Users see what their roles show where
   * there are too many projects to ask about.
   */
  async visible(principal: Principal, action: Action): Promise<Visibility> {
    const visibility = await this.#options.roles.visible(principal, action);
    if (action !== 'list' || visibility.kind !== 'held') return visibility;
    const subjects = await this.#knownAs(principal.subject);
    if (subjects.length === 0) return visibility;
    const named = await this.#options.projects.listNamedProjects(mostProjects + 1);
    if (named.length > mostProjects) {
      if (principal.subject.kind === 'user') return visibility;
      const message = `There are more than ${mostProjects} projects, and a cluster is not asked about so many: name the repository or its project.`;
      throw new RegistryError('UNSUPPORTED', { status: 400, message });
    }
    const shown = new Set<NamedProject>();
    const left = named.values();
    const ask = async (): Promise<void> => {
      for (const project of left) if (await this.#isShown(subjects, project)) shown.add(project);
    };
    await Promise.all(Array.from({ length: mostAtOnce }, ask));
    return { ...visibility, projects: named.filter((project) => shown.has(project)) };
  }

  async #isShown(subjects: readonly KubernetesSubject[], { name: project }: NamedProject): Promise<boolean> {
    const { reviews } = this.#options;
    const answers = subjects.map(async (subject) => {
      const namespace = reviews.namespaceOf(subject.cluster, project);
      return namespace !== undefined && (await reviews.allowedUntil(subject, { verb: 'pull', namespace, name: undefined })) !== undefined;
    });
    return (await Promise.all(answers)).includes(true);
  }

  /** Who that is to clusters: a subject of one, or a user whom some know. */
  async #knownAs(subject: Subject): Promise<readonly KubernetesSubject[]> {
    if (subject.kind === 'kubernetes') return [subject];
    return subject.kind === 'user' ? ((await this.#options.people?.knownAs(subject.id)) ?? []) : [];
  }

  /** One that allows is enough, whatever comes of others; one that does not answer may be the one. */
  async #reviewAny(
    questions: readonly { readonly subject: KubernetesSubject; readonly access: ReviewedAccess }[],
    decision: Decision,
  ): Promise<Decision> {
    const outcomes = await Promise.allSettled(questions.map(({ subject, access }) => this.#review(subject, access, decision)));
    const decided = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const allowed = decided.find(({ allow }) => allow);
    if (allowed !== undefined) return allowed;
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return decided[0] ?? decision;
  }

  async #review(subject: KubernetesSubject, access: ReviewedAccess, decision: Decision): Promise<Decision> {
    const { cluster, name } = subject;
    const elapsed = await this.#options.reviews.allowedUntil(subject, access);
    if (elapsed === undefined) {
      const told = clusterDenial(subject, access);
      return { ...decision, reason: `${decision.reason}; ${told}`, told };
    }
    if (decision.project === 'none' && access.verb !== 'pull' && this.#options.createOnPush === 'nobody') {
      return { ...decision, reason: 'the project does not exist, and projects do not begin with a push here: have it created' };
    }
    const lasts = { ...lasting, elapsed };
    const where = `${access.name === undefined ? '' : `${access.name} in `}namespace ${access.namespace}`;
    return { ...decision, allow: true, ownerless: true, lasts, reason: `cluster ${cluster} allows ${name} to ${access.verb} ${where}` };
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
