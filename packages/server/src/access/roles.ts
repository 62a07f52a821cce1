import type { Role } from '../registry/ports/account-store.ts';
import { roles } from '../registry/ports/account-store.ts';
import type { Action } from '../registry/ports/authorizer.ts';

/**
 * What each role allows in its project. `list` comes with every role, since it only ever shows what may be pulled;
 * `update` (moving a tag) and `delete` come with nothing else; `administer` is in no role.
 */
export const roleActions: Readonly<Record<Role, readonly Action[]>> = {
  reader: ['pull', 'list'],
  creator: ['pull', 'list', 'push'],
  writer: ['pull', 'list', 'push', 'update'],
  maintainer: ['pull', 'list', 'push', 'update', 'delete'],
};

/** What anybody may do without logging in, by the server's `anonymous` setting; signed-in users may do as much. */
export type AnonymousAccess = 'none' | 'pull' | 'push';

/** What each `anonymous` setting allows, in every project. */
export const anonymousActions: Readonly<Record<AnonymousAccess, readonly Action[]>> = {
  none: [],
  pull: ['pull', 'list'],
  push: ['pull', 'list', 'push', 'update', 'delete'],
};

/** The roles that allow an action, in the order of the table; none for `administer`. */
export function rolesThatAllow(action: Action): readonly Role[] {
  return roles.filter((role) => roleActions[role].includes(action));
}
