import type { AuditEntry, AuditFilter, AuditKey, UnforwardedEntry } from '../../registry/ports/audit-store.ts';
import type { Listed, Millis } from '../../registry/ports/content-store.ts';
import type { Condition } from '../garbage-conditions.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';

interface AuditRow {
  readonly id: number;
  readonly at: Millis;
  readonly actor: string;
  readonly credential: string;
  readonly address: string | null;
  readonly request_id: string | null;
  readonly action: string;
  readonly resource_kind: string;
  readonly resource: string;
  readonly outcome: number;
  readonly reason: string;
  readonly count: number;
  readonly detail: string;
}

const columns =
  'a.id, a.at, a.actor, a.credential, a.address, a.request_id, a.action, a.resource_kind, a.resource, a.outcome, a.reason, a.count, a.detail';

/**
 * `AuditStore.listAudit`. Every filter has an index that is in the order of the list. Of several filters the one that lets least through, by what
 * they are of, is left the index: SQLite, which has no statistics, would take any.
 */
export async function listAudit(
  sql: SqlSession,
  filter: AuditFilter,
  { limit, after }: { limit: number; after: AuditKey | undefined },
): Promise<Listed<AuditEntry>> {
  const { text, params } = wantedEntries(filter);
  const behind = after === undefined ? '' : 'and (a.at, a.id) < (?, ?)';
  const key = after === undefined ? [] : [after.at, after.id];
  const rows = await sql.all<AuditRow>(`select ${columns} from audit_log a where ${text} ${behind} order by a.at desc, a.id desc limit ?`, [
    ...params,
    ...key,
    limit + 1,
  ]);
  return { items: rows.slice(0, limit).map(toEntry), more: rows.length > limit };
}

/** What is no bare column has no index. */
function wantedEntries({ project, actor, action, resource, outcome, from, to }: AuditFilter): Condition {
  const texts = ['a.at >= ?'];
  const params: SqlValue[] = [from ?? 0];
  const add = (text: string, ...values: SqlValue[]) => {
    texts.push(text);
    params.push(...values);
  };
  let isIndexed = false;
  const filterBy = (column: string, unindexed: string, value: string, given: string | undefined) => {
    if (given === undefined) return;
    add(`${isIndexed ? unindexed : column} = ${value}`, given);
    isIndexed = true;
  };
  filterBy('a.resource', "(a.resource || '')", '?', resource);
  filterBy('a.project_id', '(a.project_id + 0)', '(select p.id from projects p where p.name = ?)', project);
  filterBy('a.actor', "(a.actor || '')", '?', actor);
  // The few that were denied have an index of their own, also by the action.
  if (outcome !== undefined) add(`${isIndexed ? '(a.outcome + 0)' : 'a.outcome'} = ${outcome === 'denied' ? 1 : 0}`);
  filterBy('a.action', "(a.action || '')", '?', action);
  if (to !== undefined) add('a.at < ?', to);
  return { text: texts.join(' and '), params };
}

/** `AuditStore.listUnforwarded`: what was never refused by id, then what is due again. */
export async function listUnforwarded(
  sql: SqlSession,
  { sink, at, limit }: { sink: string; at: Millis; limit: number },
): Promise<UnforwardedEntry[]> {
  const rows = await sql.all<AuditRow & { held_until: Millis }>(
    `select ${columns}, u.held_until from audit_unforwarded u join audit_log a on a.id = u.audit_id
     where u.sink_id = (select s.id from audit_sinks s where s.name = ?) and u.held_until <= ?
     order by u.held_until, u.audit_id limit ?`,
    [sink, at, limit],
  );
  return rows.map((row) => ({ ...toEntry(row), wasHeld: row.held_until > 0 }));
}

/** `AuditStore.countHeld`. */
export async function countHeld(sql: SqlSession, sink: string): Promise<number> {
  const [row] = await sql.all<{ held: number }>(
    `select count(*) as held from audit_unforwarded u
     where u.sink_id = (select s.id from audit_sinks s where s.name = ?) and u.held_until > 0`,
    [sink],
  );
  return row?.held ?? 0;
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    actor: row.actor,
    credential: row.credential,
    address: row.address ?? undefined,
    requestId: row.request_id ?? undefined,
    action: row.action,
    resource: { kind: row.resource_kind, name: row.resource },
    outcome: row.outcome === 1 ? 'denied' : 'allowed',
    reason: row.reason,
    count: row.count,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  };
}
