import type { User } from '../../registry/ports/account-store.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { returnedUser, toUser, type UserRow, userColumns } from '../account-rows.ts';
import type { SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordAudit } from './audit.ts';
import { replaceExternalGroups } from './external-groups.ts';

/** Somebody at a provider. */
export interface ExternalPerson {
  readonly provider: string;
  readonly externalId: string;
}

/** A change of what somebody holds by the word of a provider. */
export type StandingChange = ExternalPerson & { readonly by: Agent; readonly at: Millis };

/** The user behind an external identity, locked, so that the link cannot change either. */
export async function lockLinked(sql: SqlTransaction, { provider, externalId }: ExternalPerson): Promise<User | undefined> {
  const findLink = () =>
    sql.get<{ user_id: number }>('select user_id from identity_links where provider = ? and external_id = ?', [provider, externalId]);
  const link = await findLink();
  if (link === undefined) return undefined;
  const user = await lockUser(sql, link.user_id);
  // Whoever unlinks it locks the user too, and may have been before us.
  return (await findLink())?.user_id === user?.id ? user : undefined;
}

/** The user of that id, locked. */
export async function lockUser(sql: SqlTransaction, id: number): Promise<User | undefined> {
  const row = await sql.get<UserRow>(`select ${userColumns} from users u where u.id = ? ${locking(sql, 'for no key update')}`, [id]);
  return row && toUser(row);
}

/** What was issued to a locked user before ends with the version; the groups of the provider are left. */
export async function leave(sql: SqlTransaction, user: User, { provider, by, at }: StandingChange): Promise<void> {
  await sql.run('update users set version = version + 1, updated_at = ? where id = ?', [at, user.id]);
  await replaceExternalGroups(sql, user, { provider, groups: [], by, at });
}

/**
 * Disables a locked user until the provider vouches again, and with the user the access tokens, which live on after a new version. Whoever
 * has a password here is not the provider's alone.
 */
export async function suspend(sql: SqlTransaction, user: User): Promise<void> {
  await sql.run('update users set disabled = 2 where id = ? and disabled = 0 and password_hash is null', [user.id]);
}

/** A locked user with the present version; who administers is part of it. */
export async function setAdministrator(
  sql: SqlTransaction,
  user: User,
  administrator: boolean | undefined,
  { provider, by, at }: StandingChange,
): Promise<User> {
  if (administrator === undefined || administrator === user.administrator) return user;
  const row = await sql.get<UserRow>(
    `update users set administrator = ?, version = version + 1, updated_at = ? where id = ?
     returning ${returnedUser}`,
    [administrator ? 1 : 0, at, user.id],
  );
  if (row === undefined) throw new Error(`The user ${user.name} is gone although it was locked`);
  await recordAudit(sql, by, {
    at,
    action: 'user.updated',
    resource: { kind: 'user', name: user.name },
    detail: { provider, administrator },
  });
  return toUser(row);
}
