import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { TagRefusal } from '../../registry/ports/tag-refusal.ts';
import { mostTagRules, type TagRule, type TagRuleTerms } from '../../registry/ports/tag-rule-store.ts';
import type { NameRange } from '../../registry/repository-pattern.ts';
import { matchesTag, parseTagPattern, type TagPattern } from '../../registry/tag-pattern.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { selectTagRules, type TagRuleRow, toTagRule } from '../tag-rule-row.ts';
import { recordProjectAudit } from './audit.ts';
import { requireSame } from './decided-project.ts';
import type { RepositoryRow } from './repositories.ts';

/** What a command is about to do to a tag. */
export type TagStep = 'create' | 'move' | 'delete';

/**
 * Withdraws the command with a `TagRefusal` when a rule of the project keeps the tag as it is. The caller has the repository from
 * `lockedRepository`: then no rule can come before the transaction ends. Asks nothing when the project has no rules.
 */
export async function requireTagRules(sql: SqlSession, repository: RuledRepository, tag: string, step: TagStep, by: Agent): Promise<void> {
  if (repository.tag_rules === 0) return;
  const refusal = refusalOf(await rulesAgainst(sql, repository, step, by), tag);
  if (refusal !== undefined) throw new Withdrawn(refusal);
}

/** Tags that one statement reads. */
const pageSize = 1000;

/** The same for the deletion of every tag of the repository. */
export async function requireNoKeptTag(sql: SqlSession, repository: RuledRepository, by: Agent): Promise<void> {
  if (repository.tag_rules === 0) return;
  const rules = await rulesAgainst(sql, repository, 'delete', by);
  if (rules.length === 0) return;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: { name: string }[] = await sql.all<{ name: string }>(
      `select name from tags where repository_id = ? and name > ? order by name limit ${pageSize}`,
      [repository.id, after],
    );
    for (const { name } of page) {
      const refusal = refusalOf(rules, name);
      if (refusal !== undefined) throw new Withdrawn(refusal);
    }
    after = page.length < pageSize ? undefined : page.at(-1)?.name;
  }
}

type RuledRepository = Pick<RepositoryRow, 'id' | 'project_id' | 'name' | 'tag_rules'>;

/** A rule that keeps the tags that match from somebody's step. */
export interface KeepingRule {
  readonly pattern: TagPattern;
  readonly refuse: (tag: string) => TagRefusal;
}

/** The rules over the repository that do not let the agent take the step. */
export async function rulesAgainst(
  sql: SqlSession,
  repository: Pick<RepositoryRow, 'project_id' | 'name'>,
  step: TagStep,
  by: Pick<Agent, 'roles'>,
): Promise<KeepingRule[]> {
  const rules = await sql.all<Pick<TagRuleRow, 'id' | 'repositories' | 'tags' | 'kind' | 'roles'>>(
    `select t.id, t.repositories, t.tags, t.kind, t.roles from tag_rules t
     where t.project_id = ? and t.range_low <= ? and t.range_high > ? order by t.id`,
    [repository.project_id, repository.name, repository.name],
  );
  return rules.flatMap(({ id, repositories, tags, kind, roles: listed }) => {
    const pattern = parseTagPattern(tags);
    const roles = JSON.parse(listed) as string[];
    if (pattern === undefined || (kind === 'immutable' ? step === 'create' : isHolder(by, roles))) return [];
    const rule = { id, repositories, tags, roles };
    return [{ pattern, refuse: (tag): TagRefusal => ({ outcome: `tag-${kind}`, tag, rule }) }];
  });
}

/** What the first of the rules says that matches the tag. */
export function refusalOf(rules: readonly KeepingRule[], tag: string): TagRefusal | undefined {
  return rules.find(({ pattern }) => matchesTag(pattern, tag))?.refuse(tag);
}

function isHolder(by: Pick<Agent, 'roles'>, roles: readonly string[]): boolean {
  return by.roles.some((role) => role === 'administrator' || roles.includes(role));
}

/** `TagRuleStore.createTagRule`. */
export async function createTagRule(
  sql: SqlTransaction,
  input: { project: string; terms: TagRuleTerms; range: NameRange; by: Agent; at: Millis },
): Promise<TagRule | 'unknown-project' | 'too-many'> {
  const { terms, range, by, at } = input;
  const project = await lockProject(sql, input);
  if (project === undefined) return 'unknown-project';
  if (project.tag_rules >= mostTagRules) return 'too-many';
  const { repositories, tags, kind, roles } = terms;
  const created = await sql.get<{ id: number }>(
    `insert into tag_rules (project_id, repositories, range_low, range_high, tags, kind, roles, created_at, created_by, version)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, 1) returning id`,
    [project.id, repositories, range.low, range.high, tags, kind, JSON.stringify(roles), at, by.actor],
  );
  if (created === undefined) throw new Error('The database did not return the id of a new tag rule');
  await sql.run('update projects set tag_rules = tag_rules + 1 where id = ?', [project.id]);
  await recordProjectAudit(sql, 'tag-rule.created', project.id, input, { rule: created.id, ...terms });
  return { id: created.id, project: input.project, ...terms, createdAt: at, createdBy: by.actor, version: 1 };
}

/** `TagRuleStore.updateTagRule`. */
export async function updateTagRule(
  sql: SqlTransaction,
  input: { project: string; id: number; version: number; terms: TagRuleTerms; range: NameRange; by: Agent; at: Millis },
): Promise<TagRule | 'absent' | 'stale'> {
  const { id, version, terms, range } = input;
  const project = await lockProject(sql, input);
  const row = project && (await lockRule(sql, project.id, id));
  if (project === undefined || row === undefined) return 'absent';
  if (row.version !== version) return 'stale';
  const { repositories, tags, kind, roles } = terms;
  await sql.run(
    `update tag_rules set repositories = ?, range_low = ?, range_high = ?, tags = ?, kind = ?, roles = ?, version = version + 1 where id = ?`,
    [repositories, range.low, range.high, tags, kind, JSON.stringify(roles), id],
  );
  await recordProjectAudit(sql, 'tag-rule.updated', project.id, input, { rule: id, ...terms });
  return { ...toTagRule(row), ...terms, version: version + 1 };
}

/** `TagRuleStore.deleteTagRule`. */
export async function deleteTagRule(
  sql: SqlTransaction,
  input: { project: string; id: number; version: number; by: Agent; at: Millis },
): Promise<'deleted' | 'absent' | 'stale'> {
  const project = await lockProject(sql, input);
  const row = project && (await lockRule(sql, project.id, input.id));
  if (project === undefined || row === undefined) return 'absent';
  if (row.version !== input.version) return 'stale';
  await sql.run('delete from tag_rules where id = ?', [input.id]);
  await sql.run('update projects set tag_rules = tag_rules - 1 where id = ?', [project.id]);
  const { repositories, tags, kind } = row;
  await recordProjectAudit(sql, 'tag-rule.deleted', project.id, input, { rule: input.id, repositories, tags, kind });
  return 'deleted';
}

/** The lock waits for every transaction that has looked at the project's rules, and keeps the next one waiting. */
async function lockProject(
  sql: SqlSession,
  { project: name, by }: { project: string; by: Agent },
): Promise<{ id: number; tag_rules: number } | undefined> {
  const select = `select id, tag_rules from projects where name = ? ${locking(sql, 'for update')}`;
  const project = await sql.get<{ id: number; tag_rules: number }>(select, [name]);
  if (project !== undefined) requireSame(by, project.id);
  return project;
}

function lockRule(sql: SqlSession, projectId: number, id: number): Promise<TagRuleRow | undefined> {
  return sql.get<TagRuleRow>(`${selectTagRules} where t.project_id = ? and t.id = ?`, [projectId, id]);
}
