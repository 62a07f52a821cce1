import type { User } from '../../registry/ports/account-store.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { AdmittedIdentity } from '../../registry/ports/external-account-store.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordAudit } from './audit.ts';

type Replacement = Pick<AdmittedIdentity, 'provider' | 'groups'> & { readonly by: Agent; readonly at: Millis };

interface GroupRow {
  readonly id: number;
  readonly name: string;
  readonly external_name: string;
}

/** Makes the groups of a provider that a locked user is in exactly these; others are not touched. Nothing is written when nothing changed. */
export async function replaceExternalGroups(sql: SqlTransaction, user: User, input: Replacement): Promise<void> {
  const wanted = await findOrMakeGroups(sql, input);
  const held = await sql.all<GroupRow>(
    `select g.id, g.name, g.external_name from group_members gm cross join groups g
     where gm.user_id = ? and g.id = gm.group_id and g.provider = ?`,
    [user.id, input.provider],
  );
  const left = without(held, wanted);
  const joined = without(wanted, held);
  for (const chunk of chunks(left.map(({ id }) => id))) {
    const ids = padded(chunk);
    await sql.run(`delete from group_members where user_id = ? and group_id in (${placeholders(ids.length)})`, [user.id, ...ids]);
  }
  for (const { id } of joined) {
    await sql.run('insert into group_members (user_id, group_id, added_at) values (?, ?, ?) on conflict do nothing', [
      user.id,
      id,
      input.at,
    ]);
  }
  if (left.length + joined.length === 0) return;
  await recordAudit(sql, input.by, {
    at: input.at,
    action: 'user.groups-changed',
    resource: { kind: 'user', name: user.name },
    detail: { provider: input.provider, joined: joined.map(({ name }) => name), left: left.map(({ name }) => name) },
  });
}

/** In the order of their external names, in which everybody makes and locks them. */
async function findOrMakeGroups(sql: SqlTransaction, input: Replacement): Promise<GroupRow[]> {
  const groups = [...input.groups].sort((left, right) => (left.externalName < right.externalName ? -1 : 1));
  if (groups.length === 0) return [];
  const names = groups.map(({ externalName }) => externalName);
  const found = await lockGroups(sql, input.provider, names);
  const known = new Set(found.map(({ external_name: name }) => name));
  const missing = groups.filter(({ externalName }) => !known.has(externalName));
  if (missing.length === 0) return found;
  for (const group of missing) await makeGroup(sql, group, input);
  return lockGroups(sql, input.provider, names);
}

/** None is deleted before the transaction ends. */
async function lockGroups(sql: SqlTransaction, provider: string, externalNames: readonly string[]): Promise<GroupRow[]> {
  const rows: GroupRow[] = [];
  for (const chunk of chunks(externalNames)) {
    const names = padded(chunk);
    rows.push(
      ...(await sql.all<GroupRow>(
        `select id, name, external_name from groups where provider = ? and external_name in (${placeholders(names.length)})
         order by external_name ${locking(sql, 'for key share')}`,
        [provider, ...names],
      )),
    );
  }
  return rows;
}

async function makeGroup(sql: SqlTransaction, group: Replacement['groups'][number], { provider, by, at }: Replacement): Promise<void> {
  for (const name of group.names) {
    // In conflict with the name, or with the same group made at once: that one conflicts with every name, and the next look finds it.
    const made = await sql.run(
      'insert into groups (name, provider, external_name, created_at, created_by) values (?, ?, ?, ?, ?) on conflict do nothing',
      [name, provider, group.externalName, at, by.actor],
    );
    if (made === 0) continue;
    const detail = { provider, externalName: group.externalName };
    await recordAudit(sql, by, { at, action: 'group.created', resource: { kind: 'group', name }, detail });
    return;
  }
}

function without(rows: readonly GroupRow[], others: readonly GroupRow[]): GroupRow[] {
  const ids = new Set(others.map(({ id }) => id));
  return rows.filter(({ id }) => !ids.has(id));
}
