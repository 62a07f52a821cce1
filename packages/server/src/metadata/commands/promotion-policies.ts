import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { PromotionTerms } from '../../registry/ports/promotion-store.ts';
import type { SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordAudit } from './audit.ts';
import { requireSame } from './decided-project.ts';

/** `PromotionStore.setPromotionPolicy`. */
export async function setPromotionPolicy(
  sql: SqlTransaction,
  input: { project: string; version: number; terms: PromotionTerms; by: Agent; at: Millis },
): Promise<'set' | 'absent' | 'stale'> {
  const { project: name, version, terms, by, at } = input;
  // The lock keeps two first settings apart, and lasts until those promotions have ended that know the old one.
  const project = await sql.get<{ id: number }>(`select id from projects where name = ? ${locking(sql, 'for update')}`, [name]);
  if (project === undefined) return 'absent';
  requireSame(by, project.id);
  const current = await sql.get<{ version: number }>('select version from promotion_policies where project_id = ?', [project.id]);
  if ((current?.version ?? 0) !== version) return 'stale';
  const { fromChainOnly, minimumAgeMs, requiredReferrers, roles } = terms;
  await sql.run(
    `insert into promotion_policies (project_id, from_chain_only, minimum_age_ms, required_referrers, roles, version)
     values (?, ?, ?, ?, ?, 1) on conflict (project_id) do update set from_chain_only = excluded.from_chain_only,
       minimum_age_ms = excluded.minimum_age_ms, required_referrers = excluded.required_referrers, roles = excluded.roles,
       version = promotion_policies.version + 1`,
    [project.id, fromChainOnly ? 1 : 0, minimumAgeMs, JSON.stringify(requiredReferrers), JSON.stringify(roles)],
  );
  const resource = { kind: 'project', name } as const;
  await recordAudit(sql, by, { at, action: 'promotion-policy.set', resource, projectId: project.id, detail: { ...terms } });
  return 'set';
}
