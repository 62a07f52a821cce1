import { maskOf } from '../registry/action-mask.ts';
import type { AccessRange, HeldAccess, ProjectVisibility } from '../registry/ports/access.ts';
import type { AccessStore } from '../registry/ports/access-store.ts';
import {
  type Action,
  type Authorizer,
  type Decision,
  holderOf,
  lasting,
  type Principal,
  type Resource,
  type Subject,
  type Visibility,
} from '../registry/ports/authorizer.ts';
import { projectOf } from '../registry/project-name.ts';
import { anyName, everyName, namesOfProject, onlyName } from '../registry/repository-pattern.ts';
import { limitAllowsLists, withinLimit } from './access-limit.ts';
import type { AnonymousAccess } from './roles.ts';
import { anonymousActions, beginnersActions, openActions } from './roles.ts';

/** Who may begin a project by a push: the user of its name, every user, only those who rule the registry. */
export type CreateOnPush = 'own-name' | 'users' | 'nobody';

export interface AuthorizerOptions {
  readonly access: Pick<AccessStore, 'findAccess'>;
  readonly anonymous: AnonymousAccess;
  readonly createOnPush: CreateOnPush;
}

/**
 * The rules by which everything is decided: administrators may do everything, the anonymous what `anonymous` says and what is public,
 * whoever is signed in that much, and what their roles allow where they are bound. Reads roles at each decision, so a change of one
 * counts at once; rejects when they cannot be read.
 */
export class RoleAuthorizer implements Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #forAnybody: readonly Action[];

  constructor(options: AuthorizerOptions) {
    this.#options = options;
    this.#forAnybody = anonymousActions[options.anonymous];
  }

  async decide(principal: Principal, action: Action, resource: Resource): Promise<Decision> {
    const { access, anonymous } = this.#options;
    if (!withinLimit(principal.limit, action, resource)) return deny(`the credential is not for ${action} on ${describe(resource)}`);
    const { subject } = principal;
    if (isAdministrator(subject)) return allow('administrators may do everything', ['administrator']);
    if (isBeyond(subject, action)) return deny('only users administer: somebody with an account of their own has to do it');
    if (this.#forAnybody.includes(action)) return allow(`anonymous access is set to '${anonymous}', which allows ${action} to everybody`);
    if (subject.kind === 'anonymous' && !mayBeOpen(action, resource)) {
      return deny(`anonymous access is set to '${anonymous}': log in to ${action}`);
    }
    const held = await access.findAccess(holderOf(subject), rangeOf(resource, action));
    const wanted = maskOf([action]);
    const granting = held.roles.filter((role) => (role.actions & wanted) !== 0);
    const isThere = held.project !== undefined || resource.kind === 'registry';
    const decision =
      granting.length > 0 && (isThere || this.#mayBeginAnywhere(action))
        ? allow(`${nameOf(subject)} is ${list(granting.map(({ name }) => name))} of ${describe(resource)}`)
        : this.#decideWithoutRole(subject, action, resource, held);
    const project = resource.kind === 'registry' ? undefined : (held.project?.id ?? 'none');
    return { ...decision, roles: held.roles.map(({ name }) => name), project };
  }

  async visible(principal: Principal, action: Action): Promise<Visibility> {
    const { subject } = principal;
    if (!limitAllowsLists(principal.limit, action) || isBeyond(subject, action)) return { kind: 'nothing' };
    if (isAdministrator(subject) || this.#forAnybody.includes(action)) return { kind: 'everything' };
    const open = openActions.includes(action) ? openTo(subject) : [];
    if (subject.kind === 'anonymous' && open.length === 0) return { kind: 'nothing' };
    return { kind: 'held', holder: holderOf(subject), action: maskOf([action]), open };
  }

  #decideWithoutRole(subject: Subject, action: Action, resource: Resource, held: HeldAccess): Decision {
    if (resource.kind === 'registry') return decideOnRegistry(subject, action);
    const project = projectOf(resource.name);
    if (held.project === undefined) return this.#decideOnNewProject(subject, action, project);
    const { visibility } = held.project;
    if (openTo(subject).includes(visibility) && openActions.includes(action)) return allow(`project ${project} is ${visibility}`);
    if (subject.kind === 'anonymous') return deny(`project ${project} is ${visibility}: log in`);
    const names = held.roles.map(({ name }) => name);
    return deny(
      names.length === 0
        ? `${subject.name} has no role on ${describe(resource)}`
        : `${subject.name} is ${list(names)} of ${describe(resource)}, which does not allow ${action}`,
    );
  }

  /** Roles on every project are for those that there are; with `nobody` they begin none either. */
  #mayBeginAnywhere(action: Action): boolean {
    return this.#options.createOnPush !== 'nobody' || openActions.includes(action);
  }

  /**
   * The first push makes its user the project's owner, so until then the user may do as much: a client that pushes asks whether blobs
   * exist (pull) before anything does. Once the project exists its name means nothing any more.
   */
  #decideOnNewProject(subject: Subject, action: Action, project: string): Decision {
    const { createOnPush } = this.#options;
    const missing = `project ${project} does not exist`;
    if (subject.kind !== 'user') return deny(`${missing}, and only users begin projects`);
    if (createOnPush === 'nobody') return deny(`${missing}, and projects do not begin with a push here: have it created`);
    if (createOnPush === 'own-name' && project !== subject.name) {
      return deny(`${missing}, and ${subject.name} may only begin a project of that name`);
    }
    if (!beginnersActions.includes(action)) return deny(`${missing} yet: it begins with the first push`);
    return allow(`${subject.name} may begin ${createOnPush === 'users' ? 'projects' : 'the project of the same name'}`);
  }
}

function isAdministrator(subject: Subject): boolean {
  return subject.kind === 'user' && subject.administrator;
}

/** Whatever a robot is bound to: a secret that leaks must not make others that outlive it. */
function isBeyond({ kind }: Subject, action: Action): boolean {
  return (kind === 'robot' || kind === 'kubernetes') && action === 'administer';
}

/** Whether something may be open to those who are not known. */
function mayBeOpen(action: Action, resource: Resource): boolean {
  return resource.kind !== 'registry' && openActions.includes(action);
}

/** The visibilities of projects that are open to a subject which holds no role; robots hold what they were given. */
function openTo({ kind }: Subject): readonly ProjectVisibility[] {
  return kind === 'user' ? ['public', 'internal'] : ['public'];
}

/** What a role must cover. A project is listed for whoever has a role on any part of it. */
function rangeOf(resource: Resource, action: Action): AccessRange {
  if (resource.kind === 'registry') return { project: undefined, ...everyName };
  if (resource.kind === 'repository') return { project: projectOf(resource.name), ...onlyName(resource.name) };
  return { project: resource.name, ...(action === 'list' ? anyName : namesOfProject(resource.name)) };
}

/** Whoever is signed in may list (what they then see is the business of `visible`); all else is by project. */
function decideOnRegistry(subject: Subject, action: Action): Decision {
  return action === 'list' && subject.kind !== 'anonymous'
    ? allow('who is signed in may list what they can see')
    : deny(`${action} is by project, not for the whole registry`);
}

function describe(resource: Resource): string {
  if (resource.kind === 'registry') return 'the registry';
  return resource.kind === 'project' ? `project ${resource.name}` : resource.name;
}

function nameOf(subject: Subject): string {
  return subject.kind === 'anonymous' ? 'anybody' : subject.name;
}

function list(names: readonly string[]): string {
  return [...new Set(names)].join(' and ');
}

function allow(reason: string, roles: readonly string[] = []): Decision {
  return { allow: true, reason, roles, lasts: lasting };
}

function deny(reason: string): Decision {
  return { allow: false, reason, roles: [] };
}
