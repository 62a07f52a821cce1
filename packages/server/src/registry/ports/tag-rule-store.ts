import type { NameRange } from '../repository-pattern.ts';
import type { Actor, Agent } from './agent.ts';
import type { Millis } from './content-store.ts';

/**
 * `immutable`: a tag that matches can be created and is never moved or deleted again, by nobody. `protected`: only who holds one of
 * the rule's roles there creates, moves or deletes it; administrators always can.
 */
export const tagRuleKinds = ['immutable', 'protected'] as const;
export type TagRuleKind = (typeof tagRuleKinds)[number];

/** Rules that one project can have: each change of a tag in it looks at all of them. */
export const mostTagRules = 100;

/** What a rule says. */
export interface TagRuleTerms {
  /** Repositories below the project, as role bindings have them. */
  readonly repositories: string;
  /** Names of tags, with `*` and `?`. */
  readonly tags: string;
  readonly kind: TagRuleKind;
  /** Names of roles; for `immutable` none. */
  readonly roles: readonly string[];
}

export interface TagRule extends TagRuleTerms {
  readonly id: number;
  readonly project: string;
  readonly createdAt: Millis;
  readonly createdBy: Actor;
  /** Rises with every change. */
  readonly version: number;
}

/**
 * Rules over the tags of a project. Whatever changes a tag looks at them in its own transaction, so that a rule holds for everything
 * that commits after it did.
 */
export interface TagRuleStore {
  /** In the order of their making; undefined when there is no such project. */
  listTagRules(project: string): Promise<TagRule[] | undefined>;
  findTagRule(project: string, id: number): Promise<TagRule | undefined>;
  createTagRule(input: {
    project: string;
    terms: TagRuleTerms;
    range: NameRange;
    by: Agent;
    at: Millis;
  }): Promise<TagRule | 'unknown-project' | 'too-many'>;
  /** `stale`: the rule is no longer of this version. */
  updateTagRule(input: {
    project: string;
    id: number;
    version: number;
    terms: TagRuleTerms;
    range: NameRange;
    by: Agent;
    at: Millis;
  }): Promise<TagRule | 'absent' | 'stale'>;
  deleteTagRule(input: { project: string; id: number; version: number; by: Agent; at: Millis }): Promise<'deleted' | 'absent' | 'stale'>;
}
