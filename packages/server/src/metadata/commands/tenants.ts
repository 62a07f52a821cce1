import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { SettingsRefusal, TenantSettings } from '../../registry/ports/tenant-store.ts';
import type { SqlSession, SqlTransaction, SqlValue } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { writeClosedAddresses } from './addresses.ts';
import { recordChange } from './changes.ts';
import { requireSame } from './decided-project.ts';
import { bindFounder } from './role-bindings.ts';
import { openAccount } from './usage.ts';

/** Chains are short: dev, test, prod. A longer one than this is refused like one that comes back. */
const longestChain = 16;

/** `TenantStore.createTenant`. */
export async function createTenant(
  sql: SqlTransaction,
  input: { name: string; store: string; settings: TenantSettings; by: Agent; at: Millis },
): Promise<'created' | 'name-taken' | SettingsRefusal> {
  const { name, store, settings, by, at } = input;
  const created = await sql.get<{ id: number }>(
    `insert into projects (name, store_id, created_at, updated_at, created_by) select ?, s.id, ?, ?, ? from stores s where s.name = ?
     on conflict (name) do nothing returning id`,
    [name, at, at, by.actor, store],
  );
  if (created === undefined) return 'name-taken';
  await openAccount(sql, created.id);
  await bindFounder(sql, { projectId: created.id, project: name, by, at });
  const refusal = await writeSettings(sql, created.id, settings, by);
  if (refusal !== undefined) throw new Withdrawn(refusal);
  await recordChange(sql, { type: 'project.created', at, by, data: { project: name, ...settings } });
  return 'created';
}

/** `TenantStore.updateTenant`. */
export async function updateTenant(
  sql: SqlTransaction,
  input: { name: string; version: number | undefined; settings: Partial<TenantSettings>; by: Agent; at: Millis },
): Promise<'updated' | 'absent' | 'stale' | SettingsRefusal> {
  const { name, version, settings, by, at } = input;
  const project = await sql.get<{ id: number; version: number }>(
    `select id, version from projects where name = ? and deleted_at is null ${locking(sql, 'for update')}`,
    [name],
  );
  if (project === undefined) return 'absent';
  requireSame(by, project.id);
  if (version !== undefined && version !== project.version) return 'stale';
  const refusal = await writeSettings(sql, project.id, settings, by);
  if (refusal !== undefined) throw new Withdrawn(refusal);
  await sql.run('update projects set version = version + 1, updated_at = ? where id = ?', [at, project.id]);
  await recordChange(sql, { type: 'project.updated', at, by, data: { project: name, ...settings } });
  return 'updated';
}

/** Each setting with its column. Those that are not named stay; undefined takes one away. */
const columns = {
  description: 'description',
  visibility: 'visibility',
  environment: 'environment',
  expireAfterHours: 'expire_after_hours',
  allowedAddresses: 'allowed_addresses',
  deniedAddresses: 'denied_addresses',
} as const;

async function writeSettings(
  sql: SqlSession,
  id: number,
  settings: Partial<TenantSettings>,
  by: Agent,
): Promise<SettingsRefusal | undefined> {
  const texts: string[] = [];
  const params: SqlValue[] = [];
  for (const [setting, column] of Object.entries(columns) as [keyof typeof columns, string][]) {
    if (!Object.hasOwn(settings, setting)) continue;
    texts.push(`${column} = ?`);
    const value = settings[setting] ?? null;
    params.push(Array.isArray(value) ? JSON.stringify(value) : (value as SqlValue));
  }
  if (Object.hasOwn(settings, 'promotesTo')) {
    const target = await findTarget(sql, id, settings.promotesTo);
    if (typeof target === 'string') return target;
    texts.push('promotes_to = ?');
    params.push(target);
  }
  if (texts.length > 0) await sql.run(`update projects set ${texts.join(', ')} where id = ?`, [...params, id]);
  const limits = ['allowedAddresses', 'deniedAddresses'].some((setting) => Object.hasOwn(settings, setting));
  return limits ? writeClosedAddresses(sql, id, by) : undefined;
}

/** The id of the project to promote to; null for none. Every project of the chain is locked, so that no two changes together make a circle. */
async function findTarget(sql: SqlSession, id: number, name: string | undefined): Promise<number | null | SettingsRefusal> {
  if (name === undefined) return null;
  const select = 'select id, promotes_to from projects where deleted_at is null and';
  const lock = locking(sql, 'for update');
  const target = await sql.get<{ id: number; promotes_to: number | null }>(`${select} name = ? ${lock}`, [name]);
  if (target === undefined) return 'unknown-target';
  let [next, passed]: [typeof target | undefined, number] = [target, 0];
  for (; next !== undefined; passed += 1) {
    if (next.id === id || passed > longestChain) return 'circular-chain';
    next = next.promotes_to === null ? undefined : await sql.get<typeof target>(`${select} id = ? ${lock}`, [next.promotes_to]);
  }
  return target.id;
}
