import type { Agent } from '../../registry/ports/agent.ts';
import type { AuditedResource, NewAuditEntry } from '../../registry/ports/audit-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';

/** What is done, to what. */
export interface AuditedChange {
  readonly at: Millis;
  /** A noun and what became of it: `role.created`. */
  readonly action: string;
  readonly resource: AuditedResource;
  /** Id of the project that it belongs to. */
  readonly projectId?: number | undefined;
  /** Facts that tell this change from others of its kind; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

const columns = 'at, actor, credential, address, request_id, action, resource_kind, resource, outcome, reason, count, detail, project_id';
const values = placeholders(12);

/** Writes the entry of a change that announces no event, in the change's own transaction. */
export async function recordAudit(sql: SqlTransaction, by: Agent, change: AuditedChange): Promise<void> {
  const entry = { ...change, by, outcome: 'allowed', count: 1, detail: change.detail ?? {} } as const;
  await insertEntry(sql, entry, change.projectId ?? null);
}

/** The same of what was changed about a whole project. */
export function recordProjectAudit(
  sql: SqlTransaction,
  action: string,
  projectId: number,
  { project, by, at }: { project: string; by: Agent; at: Millis },
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  return recordAudit(sql, by, { at, action, resource: { kind: 'project', name: project }, projectId, detail });
}

async function insertEntry(sql: SqlTransaction, entry: Omit<NewAuditEntry, 'project'>, projectId: number | null): Promise<void> {
  await sql.runLast(`insert into audit_log (${columns}) values (${values}, ?)`, [...valuesOf(entry), projectId]);
}

/** Writes an entry; its project is found by its name, and is none where there is none (any more). */
export async function insertAudit(sql: SqlTransaction, entry: NewAuditEntry): Promise<void> {
  await sql.runLast(`insert into audit_log (${columns}) values (${values}, (select id from projects where name = ?))`, [
    ...valuesOf(entry),
    entry.project ?? null,
  ]);
}

/**
 * `AuditStore.appendAudit`. What is told later belongs to the project that it was decided on, not to the one that has its name by now; an
 * agent who decided on none leaves it to the name.
 */
export async function appendAudit(sql: SqlTransaction, { entries }: { entries: readonly NewAuditEntry[] }): Promise<void> {
  for (const entry of entries) {
    const { project } = entry.by;
    if (project === undefined) await insertAudit(sql, entry);
    else await insertEntry(sql, entry, project === 'none' ? null : project);
  }
}

/** `AuditStore.removeAudit`, the oldest first. The database refuses to delete what is not older than `audit_retention` says. */
export async function removeAudit(sql: SqlSession, { before, limit }: { before: Millis; limit: number }): Promise<number> {
  const old = await sql.all<{ id: number }>('select id from audit_log where at < ? order by at, id limit ?', [before, limit]);
  if (old.length === 0) return 0;
  const setBefore = 'update audit_retention set before = ? where id = 1';
  await sql.run(setBefore, [before]);
  for (const chunk of chunks(old.map(({ id }) => id))) {
    const ids = padded(chunk);
    await sql.run(`delete from audit_unforwarded where audit_id in (${placeholders(ids.length)})`, ids);
    await sql.run(`delete from audit_log where id in (${placeholders(ids.length)})`, ids);
  }
  await sql.run(setBefore, [0]);
  return old.length;
}

/** `AuditStore.setAuditSinks`. */
export async function setAuditSinks(sql: SqlSession, { names }: { names: readonly string[] }): Promise<void> {
  const known = await sql.all<{ name: string }>('select name from audit_sinks order by name');
  for (const { name } of known) if (!names.includes(name)) await sql.run('delete from audit_sinks where name = ?', [name]);
  for (const name of [...names].sort()) await sql.run('insert into audit_sinks (name) values (?) on conflict (name) do nothing', [name]);
}

/** `AuditStore.finishForwarding`. */
export async function finishForwarding(sql: SqlSession, { sink, ids }: { sink: string; ids: readonly number[] }): Promise<void> {
  for (const chunk of chunks(ids)) {
    const list = padded(chunk);
    await sql.run(
      `delete from audit_unforwarded where sink_id = (select id from audit_sinks where name = ?) and audit_id in (${placeholders(list.length)})`,
      [sink, ...list],
    );
  }
}

/** `AuditStore.holdForwarding`. */
export async function holdForwarding(
  sql: SqlSession,
  { sink, ids, until }: { sink: string; ids: readonly number[]; until: Millis },
): Promise<void> {
  for (const chunk of chunks(ids)) {
    const list = padded(chunk);
    await sql.run(
      `update audit_unforwarded set held_until = ?
       where sink_id = (select id from audit_sinks where name = ?) and audit_id in (${placeholders(list.length)})`,
      [until, sink, ...list],
    );
  }
}

function valuesOf({ at, by, action, resource, outcome, count, detail }: Omit<NewAuditEntry, 'project'>) {
  const { actor, credential, address, requestId, reason, roles } = by;
  const facts = roles.length === 0 ? detail : { ...detail, roles };
  return [
    at,
    actor,
    credential,
    address ?? null,
    requestId ?? null,
    action,
    resource.kind,
    resource.name,
    outcome === 'denied' ? 1 : 0,
    reason,
    count,
    JSON.stringify(facts),
  ];
}
