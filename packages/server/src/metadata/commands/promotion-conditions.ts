import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { PromotionCondition } from '../../registry/ports/promotion-store.ts';
import { placeholders } from '../sql-lists.ts';
import type { SqlSession } from '../sql-session.ts';
import type { SourceManifest } from './promotion-closure.ts';
import type { RepositoryRow } from './repositories.ts';

interface PolicyRow {
  readonly project: string;
  readonly from_chain_only: number;
  readonly minimum_age_ms: Millis;
  readonly required_referrers: string;
  readonly roles: string;
}

/** An image as its source has it. */
export interface PromotedImage extends SourceManifest {
  /** Since when it is what it was named by: its tag points at it, or without a tag the repository has it. */
  readonly since: Millis;
}

/** Looks at each condition of the target's project, all of them, whichever fails. */
export async function checkConditions(
  sql: SqlSession,
  promotion: { source: RepositoryRow; target: RepositoryRow; image: PromotedImage; by: Agent; at: Millis },
): Promise<PromotionCondition[]> {
  const { source, target, image, by, at } = promotion;
  const policy = await sql.get<PolicyRow>(
    `select p.name as project, c.from_chain_only, c.minimum_age_ms, c.required_referrers, c.roles
     from promotion_policies c join projects p on p.id = c.project_id where c.project_id = ?`,
    [target.project_id],
  );
  if (policy === undefined) return [];
  const conditions: PromotionCondition[] = [];
  if (policy.from_chain_only === 1) conditions.push(await checkChain(sql, source, target, policy.project));
  if (policy.minimum_age_ms > 0) conditions.push(checkAge(image, policy.minimum_age_ms, at));
  const types = JSON.parse(policy.required_referrers) as string[];
  if (types.length > 0) conditions.push(await checkReferrers(sql, source, image, types));
  const roles = JSON.parse(policy.roles) as string[];
  if (roles.length > 0) conditions.push(checkRole(by, roles));
  return conditions;
}

async function checkChain(sql: SqlSession, source: RepositoryRow, target: RepositoryRow, project: string): Promise<PromotionCondition> {
  const chained = await sql.get('select 1 from projects where id = ? and promotes_to = ?', [source.project_id, target.project_id]);
  const holds = chained !== undefined;
  const asked = `the project of the source must have promotesTo '${project}'`;
  return { name: 'chain', holds, detail: holds ? `${asked}: it has` : `${asked}: it has not`, project };
}

function checkAge({ since }: PromotedImage, minimumMs: Millis, at: Millis): PromotionCondition {
  const minutes = (ms: number) => Math.floor(ms / 60_000);
  const detail = `the image must have been there for ${minutes(minimumMs)} min: it has for ${minutes(at - since)} min`;
  const figures = { neededSeconds: Math.ceil(minimumMs / 1000), foundSeconds: Math.floor((at - since) / 1000) };
  return { name: 'minimum-age', holds: at - since >= minimumMs, detail, ...figures };
}

async function checkReferrers(
  sql: SqlSession,
  source: RepositoryRow,
  image: PromotedImage,
  types: readonly string[],
): Promise<PromotionCondition> {
  const rows = await sql.all<{ artifact_type: string }>(
    `select distinct m.artifact_type from manifests s join manifests m on m.repository_id = s.repository_id and m.subject = s.digest
     where s.repository_id = ? and s.id = ? and m.artifact_type in (${placeholders(types.length)})`,
    [source.id, image.id, ...types],
  );
  const found = new Set(rows.map((row) => row.artifact_type));
  const missing = types.filter((type) => !found.has(type));
  const detail = missing.length === 0 ? `there are referrers of ${types.join(', ')}` : `there is no referrer of ${missing.join(', ')}`;
  return { name: 'referrers', holds: missing.length === 0, detail, needed: types, found: types.filter((type) => found.has(type)) };
}

function checkRole(by: Agent, roles: readonly string[]): PromotionCondition {
  const holds = by.roles.some((role) => role === 'administrator' || roles.includes(role));
  const detail = `the promoter must be ${roles.join(' or ')} of the target: is ${by.roles.join(', ') || 'neither'}`;
  return { name: 'role', holds, detail, needed: roles, found: by.roles };
}
