import type { Millis } from '../registry/ports/content-store.ts';
import type { TagRule, TagRuleKind } from '../registry/ports/tag-rule-store.ts';

/** A rule with the name of its project. */
export interface TagRuleRow {
  readonly id: number;
  readonly project: string;
  readonly repositories: string;
  readonly tags: string;
  readonly kind: TagRuleKind;
  /** A JSON list. */
  readonly roles: string;
  readonly created_at: Millis;
  readonly created_by: string;
  readonly version: number;
}

/** What `TagRuleRow` is read from. */
export const selectTagRules = `select t.id, p.name as project, t.repositories, t.tags, t.kind, t.roles, t.created_at, t.created_by, t.version
  from projects p join tag_rules t on t.project_id = p.id`;

/** The row as the core knows it. */
export function toTagRule({ created_at: createdAt, created_by: createdBy, roles, ...rest }: TagRuleRow): TagRule {
  return { ...rest, roles: JSON.parse(roles) as string[], createdAt, createdBy };
}
