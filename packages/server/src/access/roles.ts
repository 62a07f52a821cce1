import type { Role } from '../registry/ports/account-store.ts';
import type { Action } from '../registry/ports/authorizer.ts';
import { actions } from '../registry/ports/authorizer.ts';

const reader: readonly Action[] = ['pull', 'list'];
const creator: readonly Action[] = [...reader, 'push'];
const writer: readonly Action[] = [...creator, 'update'];
const maintainer: readonly Action[] = [...writer, 'delete', 'promote', 'configure', 'audit'];

/**
 * What each built-in role allows where it is bound, as the schema has it in its rows. `list` comes with every role, since it only ever
 * shows what may be pulled; `update` (moving a tag) and `delete` come with nothing else.
 */
export const roleActions: Readonly<Record<Role, readonly Action[]>> = {
  reader,
  creator,
  writer,
  maintainer,
  owner: [...maintainer, 'administer'],
};

/** What anybody may do without logging in, by the server's `anonymous` setting; whoever is signed in may do as much. */
export type AnonymousAccess = 'none' | 'pull' | 'push';

/** What each `anonymous` setting allows, in every project. */
export const anonymousActions: Readonly<Record<AnonymousAccess, readonly Action[]>> = {
  none: [],
  pull: ['pull', 'list'],
  push: ['pull', 'list', 'push', 'update', 'delete'],
};

/** What a project's visibility opens to those who hold no role in it. */
export const openActions: readonly Action[] = ['pull', 'list'];

/** What is about a whole project and needs that it exists. */
const ofProjects: readonly Action[] = ['configure', 'audit', 'administer'];

/** What somebody may do in a project that would begin with it. */
export const beginnersActions: readonly Action[] = actions.filter((action) => !ofProjects.includes(action));
