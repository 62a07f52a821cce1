import type { AuditEntry, AuditFilter, AuditKey, AuditPage, UnforwardedEntry } from '../../registry/ports/audit-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
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
 * Entries that a page looks through at most when no index has all its filters: on SQLite they hold up every request, for some milliseconds.
 * Filters that never meet would otherwise look through the whole log.
 */
const mostLookedThrough = 1000;

/** Which entries: `indexed` by an index in the order of the list, `rest` among those; nothing indexed is all in the order of time. */
interface WantedEntries {
  readonly indexed: Condition | undefined;
  readonly rest: Condition | undefined;
}

/** `AuditStore.listAudit`. */
export async function listAudit(
  sql: SqlSession,
  filter: AuditFilter,
  { limit, after }: { limit: number; after: AuditKey | undefined },
): Promise<AuditPage> {
  const { indexed, rest } = wantedEntries(filter);
  const isByAction = isOfAction(filter);
  const range = isByAction ? rangeOfAction(filter, after) : rangeOf(filter, after);
  const text = indexed === undefined ? range.text : `${indexed.text} and ${range.text}`;
  const params = [...(indexed?.params ?? []), ...range.params];
  const order = isByAction ? 'a.action desc, a.at desc, a.id desc' : 'a.at desc, a.id desc';
  const from = `from audit_log a where ${text} order by ${order}`;
  if (rest === undefined) return pageOf(await sql.all<AuditRow>(`select ${columns} ${from} limit ?`, [...params, limit + 1]), limit);
  const rows = await sql.all<AuditRow>(
    `select ${columns} from (select a.* ${from} limit ${mostLookedThrough}) a where ${rest.text} order by ${order} limit ?`,
    [...params, ...rest.params, limit + 1],
  );
  if (rows.length > limit) return pageOf(rows, limit);
  const last = await sql.get<{ at: Millis; id: number }>(`select a.at, a.id ${from} limit 1 offset ${mostLookedThrough - 1}`, params);
  return { items: rows.map(toEntry), next: last && { at: last.at, id: last.id } };
}

function pageOf(rows: readonly AuditRow[], limit: number): AuditPage {
  const items = rows.slice(0, limit).map(toEntry);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next: last && { at: last.at, id: last.id } };
}

/** Only one bound of each side: of two SQLite takes either for the index, and may go through all entries before the page. */
function rangeOf({ from = 0, to }: AuditFilter, after: AuditKey | undefined): Condition {
  if (after !== undefined && (to === undefined || after.at < to)) {
    return { text: 'a.at >= ? and (a.at, a.id) < (?, ?)', params: [from, after.at, after.id] };
  }
  return to === undefined ? { text: 'a.at >= ?', params: [from] } : { text: 'a.at >= ? and a.at < ?', params: [from, to] };
}

/**
 * Entries of one action as a range of an index that begins with it, in its order, which no other index has: for an equation PostgreSQL may go
 * through the whole log in the order of time, since it expects as much of a seldom action as of any.
 */
function rangeOfAction({ action = '', from = 0, to = Number.MAX_SAFE_INTEGER }: AuditFilter, after: AuditKey | undefined): Condition {
  const [at, id] = after !== undefined && after.at < to ? [after.at, after.id] : [to, 0];
  return { text: '(a.action, a.at, a.id) < (?, ?, ?) and (a.action, a.at) >= (?, ?)', params: [action, at, id, action, from] };
}

/** Of several filters the one that lets least through, by what they are of, is left the index. What was denied is little, and has indexes of its own. */
function wantedEntries(filter: AuditFilter): WantedEntries {
  const { project, actor, action, resource, outcome } = filter;
  const equal = (text: string, value: SqlValue | undefined) => (value === undefined ? undefined : { text, params: [value] });
  const denied = outcome === 'denied' ? { text: 'a.outcome = 1', params: [] } : undefined;
  const allowed = outcome === 'allowed' ? { text: 'a.outcome = 0', params: [] } : undefined;
  if (isOfAction(filter)) return { indexed: denied, rest: allowed };
  const [indexed, ...rest] = [
    equal('a.resource = ?', resource),
    equal('a.project_id = (select p.id from projects p where p.name = ?)', project),
    equal('a.actor = ?', actor),
    denied,
    equal('a.action = ?', action),
  ].filter((condition) => condition !== undefined);
  return { indexed, rest: joined([...rest, allowed]) };
}

/** Whether nothing is wanted but an action, and perhaps an outcome and a time. */
function isOfAction({ project, actor, resource, action }: AuditFilter): boolean {
  return action !== undefined && project === undefined && actor === undefined && resource === undefined;
}

function joined(conditions: readonly (Condition | undefined)[]): Condition | undefined {
  const given = conditions.filter((condition) => condition !== undefined);
  if (given.length === 0) return undefined;
  return { text: given.map(({ text }) => text).join(' and '), params: given.flatMap(({ params }) => params) };
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
