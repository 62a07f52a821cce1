import type { Authorizer, Principal, Resource } from '../registry/ports/authorizer.ts';

/** Of a field that not everybody is told. */
export const toldTo = 'For those who have a role there.';

/**
 * Whether somebody is told who did what in a repository or project, and which addresses it takes: those who have a role there or may read its audit
 * log. Who may look because it is open to all is told what was done and when: names of people and machines are not for everybody.
 */
export async function isToldActors(authorizer: Authorizer, principal: Principal, resource: Resource): Promise<boolean> {
  const { allow, roles } = await authorizer.decide(principal, 'audit', resource);
  if (allow || roles.length > 0) return true;
  // A role on a part of a project is a role there, and administrators mend a project that is closed to where they are: to list asks for both.
  return resource.kind === 'project' && (await authorizer.decide(principal, 'list', resource)).roles.length > 0;
}

/** The names of those of which it holds, for a page of a list: each is asked about once. */
export async function namesToldActors(
  authorizer: Authorizer,
  principal: Principal,
  resources: readonly Exclude<Resource, { kind: 'registry' }>[],
): Promise<ReadonlySet<string>> {
  const byName = new Map<string, Resource>(resources.map((resource) => [resource.name, resource]));
  const asked = [...byName].map(async ([name, resource]) => ((await isToldActors(authorizer, principal, resource)) ? [name] : []));
  return new Set((await Promise.all(asked)).flat());
}
