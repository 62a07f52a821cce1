import type { AuditEntry, AuditFilter, AuditKey } from '../../registry/ports/audit-store.ts';
import type { Listed, Millis } from '../../registry/ports/content-store.ts';
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

/** `AuditStore.listAudit`. Every filter has an index that is in the order of the list; of several PostgreSQL and SQLite choose one. */
export async function listAudit(
  sql: SqlSession,
  filter: AuditFilter,
  { limit, after }: { limit: number; after: AuditKey | undefined },
): Promise<Listed<AuditEntry>> {
  const conditions = ['a.at >= ?'];
  const params: SqlValue[] = [filter.from ?? 0];
  const where = (condition: string, ...values: SqlValue[]) => {
    conditions.push(condition);
    params.push(...values);
  };
  if (filter.project !== undefined) where('a.project_id = (select p.id from projects p where p.name = ?)', filter.project);
  if (filter.actor !== undefined) where('a.actor = ?', filter.actor);
  if (filter.action !== undefined) where('a.action = ?', filter.action);
  if (filter.resource !== undefined) where('a.resource = ?', filter.resource);
  if (filter.outcome !== undefined) where(filter.outcome === 'denied' ? 'a.outcome = 1' : 'a.outcome = 0');
  if (filter.to !== undefined) where('a.at < ?', filter.to);
  if (after !== undefined) where('(a.at, a.id) < (?, ?)', after.at, after.id);
  const rows = await sql.all<AuditRow>(
    `select ${columns} from audit_log a where ${conditions.join(' and ')} order by a.at desc, a.id desc limit ?`,
    [...params, limit + 1],
  );
  return { items: rows.slice(0, limit).map(toEntry), more: rows.length > limit };
}

/** `AuditStore.listUnforwarded`, by id. */
export async function listUnforwarded(sql: SqlSession, sink: string, limit: number): Promise<AuditEntry[]> {
  const rows = await sql.all<AuditRow>(
    `select ${columns} from audit_unforwarded u join audit_log a on a.id = u.audit_id
     where u.sink_id = (select s.id from audit_sinks s where s.name = ?) order by u.audit_id limit ?`,
    [sink, limit],
  );
  return rows.map(toEntry);
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
