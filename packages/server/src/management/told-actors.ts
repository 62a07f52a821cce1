import type { RepositoryName } from '@longshore/oci';
import type { Authorizer, Principal } from '../registry/ports/authorizer.ts';

/**
 * Whether somebody is told who did what in a repository: those who have a role there or may read its audit log. Who may look because it is open to
 * all is told what was done and when: names of people and machines are not for everybody.
 */
export async function isToldActors(authorizer: Authorizer, principal: Principal, repository: RepositoryName): Promise<boolean> {
  const { allow, roles } = await authorizer.decide(principal, 'audit', { kind: 'repository', name: repository });
  return allow || roles.length > 0;
}
