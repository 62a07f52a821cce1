import type { Agent } from './agent.ts';
import type { Listed, Millis } from './content-store.ts';

/** Where roles and bindings are: in the project of that name, or (undefined) in the whole registry. */
export type Scope = string | undefined;

/** A set of actions with a name. */
export interface StoredRole {
  readonly name: string;
  /** As `maskOf` makes it. */
  readonly actions: number;
  readonly builtIn: boolean;
  readonly createdAt: Millis;
  readonly version: number;
}

/** A role that a subject holds on some of a project's repositories, or on everything. */
export interface Member {
  readonly id: number;
  readonly subject: { readonly kind: 'user' | 'group' | 'robot'; readonly name: string };
  readonly role: string;
  readonly pattern: string;
  readonly createdAt: Millis;
  readonly createdBy: string;
  readonly version: number;
}

/** What the one who changes something about roles may do himself, so that nobody gives or takes more. */
export interface Authority {
  /** The actions that he holds on the whole scope. */
  readonly actions: number;
  /** Whether he may leave a project without anybody who administers it. */
  readonly mayOrphan: boolean;
}

/** Why a change is refused: it gives or takes what its author does not hold; or nobody would administer the project. */
export type AuthorityRefusal = 'beyond-authority' | 'last-owner';

/** Who may do what: roles, and to whom they are bound. Whatever is of a project is reached through it alone. */
export interface RoleStore {
  /** By name; those of the scope itself, not those of the registry that can be bound in a project as well. */
  listRoles(scope: Scope, page: { limit: number; after: string | undefined }): Promise<Listed<StoredRole>>;
  findRole(scope: Scope, name: string): Promise<StoredRole | undefined>;
  createRole(input: {
    scope: Scope;
    name: string;
    actions: number;
    authority: Authority;
    by: Agent;
    at: Millis;
  }): Promise<'created' | 'name-taken' | 'absent' | AuthorityRefusal>;
  updateRole(input: {
    scope: Scope;
    name: string;
    version: number | undefined;
    actions: number;
    authority: Authority;
    by: Agent;
    at: Millis;
  }): Promise<'updated' | 'absent' | 'stale' | 'built-in' | AuthorityRefusal>;
  deleteRole(input: { scope: Scope; name: string; by: Agent; at: Millis }): Promise<'deleted' | 'absent' | 'built-in' | 'in-use'>;

  /** By id. */
  listMembers(scope: Scope, page: { limit: number; after: number | undefined }): Promise<Listed<Member>>;
  findMember(scope: Scope, id: number): Promise<Member | undefined>;
  /** `pattern` with the range that it stands for. */
  addMember(input: {
    scope: Scope;
    subject: { kind: 'user' | 'group'; name: string };
    role: string;
    pattern: string;
    low: string;
    high: string;
    authority: Authority;
    by: Agent;
    at: Millis;
  }): Promise<{ outcome: 'added'; id: number } | { outcome: 'exists' | 'absent' | 'unknown-subject' | 'unknown-role' | AuthorityRefusal }>;
  changeMember(input: {
    scope: Scope;
    id: number;
    version: number | undefined;
    role: string;
    authority: Authority;
    by: Agent;
    at: Millis;
  }): Promise<'changed' | 'exists' | 'absent' | 'stale' | 'unknown-role' | AuthorityRefusal>;
  removeMember(input: {
    scope: Scope;
    id: number;
    version: number | undefined;
    authority: Authority;
    by: Agent;
    at: Millis;
  }): Promise<'removed' | 'absent' | 'stale' | AuthorityRefusal>;
}
