import type { AddressSpan } from '../address-spans.ts';
import type { AccessRange, HeldAccess, NamedProject, RoleHolder } from './access.ts';
import type { Agent } from './agent.ts';
import type { Millis } from './content-store.ts';

/** Who holds which role where. */
export interface AccessStore {
  /** One statement. `holder` undefined: the anonymous, who hold nothing. */
  findAccess(holder: RoleHolder | undefined, range: AccessRange): Promise<HeldAccess>;
  /** Whether any project is closed to some addresses. One statement, as the next. */
  findAddressLimits(): Promise<{ readonly some: boolean }>;
  /** The addresses that a project is closed to; none when there is no such project. */
  findClosedSpans(project: string): Promise<{ readonly spans: readonly AddressSpan[] }>;
  /** The first `limit` projects by name. */
  listNamedProjects(limit: number): Promise<NamedProject[]>;
  /**
   * Makes `role` (a built-in one, one of the project, or one of the registry) the only one that a user has on all of a project, or takes
   * every such role away. False when user, project or role do not exist.
   */
  setProjectRole(input: { userId: number; project: string; role: string | undefined; by: Agent; at: Millis }): Promise<boolean>;
  /** By project; undefined is the whole registry. */
  listRolesOfUser(userId: number): Promise<{ project: string | undefined; pattern: string; role: string }[]>;
}
