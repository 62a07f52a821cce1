import type { AccountStore } from '../registry/ports/account-store.ts';
import type { Action, Authorizer, Decision, Principal, Resource, Subject, Visibility } from '../registry/ports/authorizer.ts';
import { projectOf } from '../registry/project-name.ts';
import { limitAllowsLists, withinLimit } from './access-limit.ts';
import type { AnonymousAccess } from './roles.ts';
import { anonymousActions, roleActions, rolesThatAllow } from './roles.ts';

/**
 * The rules by which everything is decided: administrators may do everything, the anonymous what `anonymous` says,
 * users that much and what their role in the project (the first component of a repository's name) allows. A project
 * that does not exist yet may be begun by the user of its name. Reads grants at each decision, so a change of a grant
 * counts at once; rejects when they cannot be read.
 */
export function createAuthorizer(options: { accounts: Pick<AccountStore, 'findGrant'>; anonymous: AnonymousAccess }): Authorizer {
  const { accounts, anonymous } = options;
  const forAnybody = anonymousActions[anonymous];

  async function decide(principal: Principal, action: Action, resource: Resource): Promise<Decision> {
    if (!withinLimit(principal.limit, action, resource)) return deny(`the credential is not for ${action} on ${describe(resource)}`);
    const { subject } = principal;
    if (subject.kind === 'user' && subject.administrator) return allow('administrators may do everything');
    if (action === 'administer') return deny('only administrators may administer');
    if (forAnybody.includes(action)) return allow(`anonymous access is set to '${anonymous}', which allows ${action} to everybody`);
    if (subject.kind === 'anonymous') return deny(`anonymous access is set to '${anonymous}': log in to ${action}`);
    if (resource.kind === 'registry') return decideOnRegistry(action);
    return decideByGrant(subject, action, resource.name);
  }

  async function decideByGrant(subject: Subject & { kind: 'user' }, action: Action, repository: string): Promise<Decision> {
    const project = projectOf(repository);
    const grant = await accounts.findGrant(subject.id, project);
    if (!grant.exists) return decideOnNewProject(subject, project);
    if (grant.role === undefined) return deny(`${subject.name} has no role in project ${project}`);
    const held = `${subject.name} is ${grant.role} of project ${project}`;
    return roleActions[grant.role].includes(action) ? allow(held) : deny(`${held}, which does not allow ${action}`);
  }

  async function visible(principal: Principal, action: Action): Promise<Visibility> {
    if (!limitAllowsLists(principal.limit, action)) return { kind: 'nothing' };
    const { subject } = principal;
    if (subject.kind === 'user' && subject.administrator) return { kind: 'everything' };
    if (forAnybody.includes(action)) return { kind: 'everything' };
    const granting = rolesThatAllow(action);
    if (subject.kind === 'anonymous' || granting.length === 0) return { kind: 'nothing' };
    return { kind: 'granted', userId: subject.id, roles: granting };
  }

  return { decide, visible };
}

/** Whoever is signed in may list (what they then see is the business of `visible`); all else is by project. */
function decideOnRegistry(action: Action): Decision {
  return action === 'list'
    ? allow('signed-in users may list what they can see')
    : deny(`${action} is by project, not for the whole registry`);
}

/**
 * The first push makes its user the project's maintainer, so until then the user may do as much: a client that pushes
 * asks whether blobs exist (pull) before anything does. Once the project exists its name means nothing any more.
 */
function decideOnNewProject(subject: Subject & { kind: 'user' }, project: string): Decision {
  if (project !== subject.name) return deny(`project ${project} does not exist, and ${subject.name} may only begin a project of that name`);
  return allow(`${subject.name} may begin the project of the same name`);
}

function describe(resource: Resource): string {
  return resource.kind === 'registry' ? 'the registry' : resource.name;
}

function allow(reason: string): Decision {
  return { allow: true, reason };
}

function deny(reason: string): Decision {
  return { allow: false, reason };
}
