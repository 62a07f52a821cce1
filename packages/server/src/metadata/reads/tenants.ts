import type { ProjectVisibility } from '../../registry/ports/access.ts';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { Listed, Millis } from '../../registry/ports/content-store.ts';
import type { Environment, Tenant, TenantFilter, TenantOrder } from '../../registry/ports/tenant-store.ts';
import type { Condition } from '../garbage-conditions.ts';
import { namesOfPage } from '../name-range.ts';
import { placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { beforeNames, both, openFrom, visibleProject } from '../visibility-condition.ts';
import { holdsEverywhere } from './visible-repositories.ts';

interface TenantRow {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly visibility: ProjectVisibility;
  readonly environment: Environment | null;
  readonly promotes_to: string | null;
  readonly expire_after_hours: number | null;
  readonly allowed_addresses: string | null;
  readonly denied_addresses: string | null;
  readonly store: string;
  readonly bytes: number | null;
  readonly created_at: Millis;
  readonly created_by: string;
  readonly updated_at: Millis;
  readonly version: number;
}

const columnsAnd = (next: string) => `p.id, p.name, p.description, p.visibility, p.environment,
  (select n.name from projects n where n.id = p.promotes_to and ${next}) as promotes_to,
  p.expire_after_hours, p.allowed_addresses, p.denied_addresses, (select s.name from stores s where s.id = p.store_id) as store,
  (select u.bytes from usage u where u.project_id = p.id) as bytes, p.created_at, p.created_by, p.updated_at, p.version`;

/** `TenantStore.findTenant`. */
export async function findTenant(
  sql: SqlSession,
  name: string,
  visibility: Visibility = { kind: 'everything' },
): Promise<Tenant | undefined> {
  const next = visibleProject(visibility);
  const text = `select ${columnsAnd(next.text)} from projects p where p.name = ? and p.deleted_at is null`;
  const row = await sql.get<TenantRow>(text, [...next.params, name]);
  return row && toTenant(row);
}

/** `TenantStore.listTenants`. */
export async function listTenants(
  sql: SqlSession,
  visibility: Visibility,
  filter: TenantFilter,
  order: TenantOrder,
  limit: number,
): Promise<Listed<Tenant>> {
  if (visibility.kind === 'nothing') return { items: [], more: false };
  const wanted = both(wantedTenants(filter, order), openFrom(visibility, 'p.id'));
  const sort = order.by === 'name' ? 'order by p.name' : 'order by p.created_at desc, p.id desc';
  const isOpen = visibility.kind === 'everything' || (await holdsEverywhere(sql, visibility));
  const visible = isOpen ? { text: `projects p where ${wanted.text}`, params: wanted.params } : seen(visibility, wanted, sort, limit + 1);
  const next = visibleProject(visibility);
  const text = `select ${columnsAnd(next.text)} from ${visible.text} ${sort} limit ?`;
  const rows = await sql.all<TenantRow>(text, [...next.params, ...visible.params, limit + 1]);
  return { items: rows.slice(0, limit).map(toTenant), more: rows.length > limit };
}

/** Those of `p` that the filter lets through, behind where the page begins. */
function wantedTenants({ visibility, environment, prefix }: TenantFilter, order: TenantOrder): Condition {
  const texts = ['p.deleted_at is null'];
  const params: SqlValue[] = [];
  const add = (text: string, ...values: SqlValue[]) => {
    texts.push(text);
    params.push(...values);
  };
  if (order.by === 'name') {
    const names = namesOfPage('p.name', order.after ?? beforeNames, prefix);
    add(names.text, ...names.params);
  } else {
    if (order.after !== undefined) add('(p.created_at, p.id) < (?, ?)', order.after.createdAt, order.after.id);
    if (prefix !== undefined) add('p.name >= ? and p.name < ?', prefix, `${prefix}{`);
  }
  if (visibility !== undefined) add('p.visibility = ?', visibility);
  if (environment !== undefined) add('p.environment = ?', environment);
  return { text: texts.join(' and '), params };
}

/** The first of each kind that is visible: of every visibility that is open, and those in which the holder has a role with the action. */
function seen(held: Extract<Visibility, { kind: 'held' }>, wanted: Condition, sort: string, limit: number): Condition {
  const { holder, action, open, projects = [] } = held;
  const texts: string[] = [];
  const params: SqlValue[] = [];
  if (projects.length > 0) {
    texts.push(`select p.id from projects p where p.id in (${placeholders(projects.length)}) and ${wanted.text}`);
    params.push(...projects.map(({ id }) => id), ...wanted.params);
  }
  for (const visibility of open) {
    texts.push(
      `select * from (select p.id from projects p where p.visibility = ? and ${wanted.text} ${sort} limit ?) as ${visibility}_ones`,
    );
    params.push(visibility, ...wanted.params, limit);
  }
  // SQLite keeps the order of cross joins, and would otherwise begin with all projects.
  const bound = 'cross join roles ro cross join projects p where ro.id = b.role_id and p.id = b.project_id and';
  if (holder !== undefined) {
    texts.push(
      `select p.id from role_bindings b ${bound} b.subject_kind = ? and b.subject_id = ? and (ro.actions & ?) <> 0 and ${wanted.text}`,
    );
    params.push(holder.kind, holder.id, action, ...wanted.params);
  }
  if (holder?.kind === 'user') {
    texts.push(`select p.id from group_members gm cross join role_bindings b ${bound} b.subject_kind = 'group' and b.subject_id = gm.group_id
      and gm.user_id = ? and (ro.actions & ?) <> 0 and ${wanted.text}`);
    params.push(holder.id, action, ...wanted.params);
  }
  if (texts.length === 0) return { text: 'projects p where 1 = 0', params: [] };
  return { text: `(${texts.join(' union ')}) as seen join projects p on p.id = seen.id`, params };
}

function toTenant(row: TenantRow): Tenant {
  return {
    id: row.id,
    name: row.name,
    description: row.description ?? undefined,
    visibility: row.visibility,
    environment: row.environment ?? undefined,
    promotesTo: row.promotes_to ?? undefined,
    expireAfterHours: row.expire_after_hours ?? undefined,
    allowedAddresses: listOf(row.allowed_addresses),
    deniedAddresses: listOf(row.denied_addresses),
    store: row.store,
    sizeBytes: row.bytes ?? 0,
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    version: row.version,
  };
}

function listOf(text: string | null): readonly string[] | undefined {
  return text === null ? undefined : (JSON.parse(text) as string[]);
}
