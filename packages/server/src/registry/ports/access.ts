/** Who may read a project without a role in it: anybody, any signed-in user, nobody. */
export const projectVisibilities = ['public', 'internal', 'private'] as const;
export type ProjectVisibility = (typeof projectVisibilities)[number];

/** Whom roles are looked up for; the roles of a user's groups are the user's too. */
export interface RoleHolder {
  readonly kind: 'user' | 'robot';
  readonly id: number;
}

/** A role that a subject holds, with its actions as `maskOf` makes them. */
export interface HeldRole {
  readonly name: string;
  readonly actions: number;
}

/** What somebody is about to touch: names from `low` (inclusive) to `high` (exclusive) in a project; undefined: in every project. */
export interface AccessRange {
  readonly project: string | undefined;
  readonly low: string;
  readonly high: string;
}

/** A project, by what it is bound by and by what it is called now. */
export interface NamedProject {
  readonly id: number;
  readonly name: string;
}

/** What a decision is made of. */
export interface HeldAccess {
  /** Undefined when there is none of that name. */
  readonly project: { readonly id: number; readonly visibility: ProjectVisibility } | undefined;
  /** Every role of which one binding covers the whole range, by name; those that are bound registry-wide too. */
  readonly roles: readonly HeldRole[];
}
