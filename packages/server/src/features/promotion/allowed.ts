import type { RepositoryName } from '@longshore/oci';
import { ApiError, notFound } from '../../management/problems.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Action, Authorizer, Principal } from '../../registry/ports/authorizer.ts';

/** Who asks, as a route hears of it. */
export interface Caller {
  readonly principal: Principal;
  readonly by: Agent;
}

/**
 * The caller, acting on a repository that its path does not name. Refuses as the mount of the API does: what he may not list there is not
 * there for him.
 */
export async function allowed(authorizer: Authorizer, caller: Caller, action: Action, name: RepositoryName): Promise<Agent> {
  const { principal, by } = caller;
  const resource = { kind: 'repository', name } as const;
  const { allow, reason, roles, project } = await authorizer.decide(principal, action, resource);
  if (allow) return { ...by, reason, roles, project };
  if (!(await authorizer.decide(principal, 'list', resource)).allow) throw notFound(`repository '${name}'`, { denied: true });
  throw new ApiError('forbidden', { detail: `You may not ${action} here: ${reason}.` });
}
