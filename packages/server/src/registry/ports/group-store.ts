import type { Agent } from './agent.ts';
import type { Listed, Millis } from './content-store.ts';

/** Users who hold roles together. */
export interface Group {
  readonly name: string;
  readonly createdAt: Millis;
  /** Whose group it is: only logins by this provider lead into it. Undefined: made by hand, and joined by hand alone. */
  readonly source: GroupSource | undefined;
}

/** A group of a provider of logins, and what it is called there. */
export interface GroupSource {
  readonly provider: string;
  readonly externalName: string;
}

/** `last-owner`: nobody else administers `project`, so the group stays. */
export type GroupDeletion = { readonly outcome: 'deleted' | 'absent' } | { readonly outcome: 'last-owner'; readonly project: string };

/** Groups and who is in them. */
export interface GroupStore {
  listGroups(page: { limit: number; after: string | undefined }): Promise<Listed<Group>>;
  findGroup(name: string): Promise<Group | undefined>;
  /** With a source: for logins that are still to come. `source-taken`: there is a group of another name for it. */
  createGroup(input: { name: string; by: Agent; at: Millis } & Partial<GroupSource>): Promise<'created' | 'name-taken' | 'source-taken'>;
  /** With everything that is bound to it. */
  deleteGroup(input: { name: string; by: Agent; at: Millis }): Promise<GroupDeletion>;
  /** Undefined when there is no such group. */
  listGroupMembers(
    group: string,
    page: { limit: number; after: string | undefined },
  ): Promise<Listed<{ name: string; addedAt: Millis }> | undefined>;
  /** Who joins gets the group's roles, so none of these may have an action that is not in `actions`. `of-provider`: joined by logins alone. */
  addGroupMember(input: {
    group: string;
    user: string;
    actions: number;
    by: Agent;
    at: Millis;
  }): Promise<'added' | 'absent' | 'unknown-user' | 'beyond-authority' | 'of-provider'>;
  removeGroupMember(input: { group: string; user: string; by: Agent; at: Millis }): Promise<boolean>;
}
