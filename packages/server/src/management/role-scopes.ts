import { maskOf } from '../registry/action-mask.ts';
import { type Authorizer, actions, type Principal, type Resource } from '../registry/ports/authorizer.ts';
import type { Authority, Scope } from '../registry/ports/role-store.ts';
import { projectName } from './names.ts';
import { ApiError } from './problems.ts';
import type { Needs, Parameters } from './route.ts';

/** Where roles and members are reached: below a project, or in the registry. */
export interface RoleScope {
  /** What comes before `/members` and `/roles`. */
  readonly path: string;
  readonly params: Parameters;
  /** What names of operations have before their noun. */
  readonly prefix: '' | 'Project';
  /** For summaries. */
  readonly of: string;
  /** What it takes to see and to change them. */
  readonly needs: Exclude<Needs<Record<string, unknown>>, string>;
}

/** Both of them: the same operations in each. */
export const roleScopes: readonly RoleScope[] = [
  {
    path: '/projects/{project}',
    params: { project: projectName },
    prefix: 'Project',
    of: 'a project',
    needs: { action: 'administer', on: ({ project }) => ({ kind: 'project', name: String(project) }) },
  },
  { path: '', params: {}, prefix: '', of: 'the registry', needs: { action: 'administer', on: () => ({ kind: 'registry' }) } },
];

/** The project that a request is about; undefined: the registry. */
export function scopeOf({ params }: { readonly params: unknown }): Scope {
  const { project } = params as { project?: string };
  return project;
}

/** Where it is, for `Location`. */
export function locationIn({ path }: RoleScope, scope: Scope, below: string): string {
  return `/api/v1${path.replace('{project}', String(scope))}${below}`;
}

/** What somebody may do on all of a scope with this very credential, which is all that he gives to others or takes from them. */
export async function authorityIn(authorizer: Authorizer, principal: Principal, scope: Scope): Promise<Authority> {
  const on: Resource = scope === undefined ? registry : { kind: 'project', name: scope };
  const may = async (action: (typeof actions)[number], resource: Resource) => (await authorizer.decide(principal, action, resource)).allow;
  const allowed = await Promise.all(actions.map((action) => may(action, on)));
  return { actions: maskOf(actions.filter((_, index) => allowed[index])), mayOrphan: await may('administer', registry) };
}

const registry: Resource = { kind: 'registry' };

/** Something that only whoever may do it himself gives or takes. */
export function beyondAuthority(role: string): ApiError {
  return new ApiError('forbidden', {
    detail: `${role} allows what you may not do there yourself: leave it to somebody who may, or choose another role.`,
  });
}

/** Somebody has to look after a project. */
export function lastOwner(): ApiError {
  return new ApiError('conflict', {
    detail: 'Nobody would administer the project any more: make somebody else its owner first, or ask an administrator of the registry.',
  });
}
