import type { TagRule } from '../../registry/ports/tag-rule-store.ts';
import type { SqlSession } from '../sql-session.ts';
import { selectTagRules, type TagRuleRow, toTagRule } from '../tag-rule-row.ts';

/** `TagRuleStore.listTagRules`. */
export async function listTagRules(sql: SqlSession, project: string): Promise<TagRule[] | undefined> {
  const rows = await sql.all<TagRuleRow | { id: null }>(
    `select t.id, p.name as project, t.repositories, t.tags, t.kind, t.roles, t.created_at, t.created_by, t.version
     from projects p left join tag_rules t on t.project_id = p.id where p.name = ? order by t.id`,
    [project],
  );
  if (rows.length === 0) return undefined;
  return rows.filter((row): row is TagRuleRow => row.id !== null).map(toTagRule);
}

/** `TagRuleStore.findTagRule`. */
export async function findTagRule(sql: SqlSession, project: string, id: number): Promise<TagRule | undefined> {
  const row = await sql.get<TagRuleRow>(`${selectTagRules} where p.name = ? and t.id = ?`, [project, id]);
  return row && toTagRule(row);
}
