import type { AccessLimit, Action, Resource } from '../registry/ports/authorizer.ts';

/** Whether a credential's limit lets this through; no limit lets everything through. It never allows by itself. */
export function withinLimit(limit: AccessLimit | undefined, action: Action, resource: Resource): boolean {
  if (limit === undefined) return true;
  return limit.some(({ repository, actions }) => {
    const covers = repository === '*' || (resource.kind === 'repository' && resource.name === repository);
    return covers && actions.includes(action);
  });
}

/** Whether a list for this action may show more than single repositories: only a limit on `*` (or none) allows that. */
export function limitAllowsLists(limit: AccessLimit | undefined, action: Action): boolean {
  return limit === undefined || limit.some(({ repository, actions }) => repository === '*' && actions.includes(action));
}
