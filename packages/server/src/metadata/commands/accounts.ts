import type { AccessToken, AccountChange, SigningKey, User } from '../../registry/ports/account-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { UserRow } from '../account-rows.ts';
import { returnedUser, toUser } from '../account-rows.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { recordAudit } from './audit.ts';

/** `AccountStore.createUser`. */
export async function createUser(
  sql: SqlTransaction,
  input: AccountChange & { name: string; passwordHash: string | undefined; administrator: boolean },
): Promise<User | undefined> {
  const row = await sql.get<UserRow>(
    `insert into users (name, password_hash, administrator, disabled, version, created_at, updated_at) values (?, ?, ?, 0, 1, ?, ?)
     on conflict (name) do nothing returning ${returnedUser}`,
    [input.name, input.passwordHash ?? null, input.administrator ? 1 : 0, input.at, input.at],
  );
  if (row !== undefined) await record(sql, input, 'user.created', input.name, { administrator: input.administrator });
  return row && toUser(row);
}

/** `AccountStore.updateUser`. */
export async function updateUser(
  sql: SqlTransaction,
  input: AccountChange & { id: number; ifVersion?: number | undefined; passwordHash?: string; administrator?: boolean; disabled?: boolean },
): Promise<boolean> {
  const { id, ifVersion, passwordHash, administrator, disabled, at } = input;
  const row = await sql.get<{ name: string }>(
    `update users set password_hash = coalesce(?, password_hash), administrator = coalesce(?, administrator),
       disabled = coalesce(?, disabled), version = version + 1, updated_at = ? where id = ? and version = coalesce(?, version) returning name`,
    [passwordHash ?? null, flag(administrator), flag(disabled), at, id, ifVersion ?? null],
  );
  if (row === undefined) return false;
  // Nobody is asked about the disabled any more, and what it would take is not kept.
  if (disabled === true) await sql.run('update identity_links set renewal = null, check_after = null where user_id = ?', [id]);
  // Their provider may have let them go meanwhile, and whoever has access tokens may never log in again.
  if (disabled === false) await sql.run('update identity_links set check_after = ? where user_id = ? and check_after is null', [at, id]);
  await record(sql, input, 'user.updated', row.name, { password: passwordHash !== undefined, administrator, disabled });
  return true;
}

/** `AccountStore.deleteUser`. Tokens and memberships go with the row; bindings name subjects of several kinds, so they go here. */
export async function deleteUser(sql: SqlTransaction, input: Partial<AccountChange> & { id: number }): Promise<boolean> {
  await sql.run("delete from role_bindings where subject_kind = 'user' and subject_id = ?", [input.id]);
  const row = await sql.get<{ name: string }>('delete from users where id = ? returning name', [input.id]);
  if (row !== undefined) await record(sql, input, 'user.deleted', row.name);
  return row !== undefined;
}

/** `AccountStore.createAccessToken`. */
export async function createAccessToken(
  sql: SqlTransaction,
  input: AccountChange & { userId: number; name: string; secretHash: Uint8Array; expiresAt: Millis | undefined },
): Promise<AccessToken> {
  const { userId, name, secretHash, at, expiresAt } = input;
  const row = await sql.get<{ id: number }>(
    'insert into access_tokens (user_id, name, secret_hash, created_at, expires_at) values (?, ?, ?, ?, ?) returning id',
    [userId, name, secretHash, at, expiresAt ?? null],
  );
  if (row === undefined) throw new Error('The database did not return the id of a new access token');
  await record(sql, input, 'access-token.created', String(row.id), { userId, name, expiresAt });
  return { id: row.id, userId, name, createdAt: at, expiresAt, lastUsedAt: undefined };
}

/** `AccountStore.deleteAccessToken`. */
export async function deleteAccessToken(
  sql: SqlTransaction,
  input: Partial<AccountChange> & { id: number; userId: number },
): Promise<boolean> {
  const removed = (await sql.run('delete from access_tokens where id = ? and user_id = ?', [input.id, input.userId])) > 0;
  if (removed) await record(sql, input, 'access-token.deleted', String(input.id), { userId: input.userId });
  return removed;
}

/** The entry of the audit log, of a change that somebody asked for. */
async function record(
  sql: SqlTransaction,
  { by, at }: Partial<AccountChange>,
  action: string,
  name: string,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (by === undefined || at === undefined) return;
  await recordAudit(sql, by, { at, action, resource: { kind: action.slice(0, action.indexOf('.')), name }, detail });
}

/** `AccountStore.noteAccessTokenUse`. Notes may arrive out of order; the latest use stays. */
export async function noteAccessTokenUse(sql: SqlSession, input: { id: number; at: Millis }): Promise<void> {
  const { id, at } = input;
  await sql.run('update access_tokens set last_used_at = ? where id = ? and (last_used_at is null or last_used_at < ?)', [at, id, at]);
}

/** `AccountStore.addSigningKey`. */
export async function addSigningKey(sql: SqlSession, key: SigningKey): Promise<void> {
  await sql.run(
    `insert into signing_keys (id, algorithm, public_key, sealed_private_key, created_at, retires_at, expires_at)
     values (?, ?, ?, ?, ?, ?, ?)`,
    [key.id, key.algorithm, key.publicKey, key.sealedPrivateKey, key.createdAt, key.retiresAt, key.expiresAt],
  );
}

/** `AccountStore.deleteExpiredSigningKeys`. */
export async function deleteExpiredSigningKeys(sql: SqlSession, input: { at: Millis }): Promise<void> {
  await sql.run('delete from signing_keys where expires_at <= ?', [input.at]);
}

function flag(value: boolean | undefined): number | null {
  return value === undefined ? null : Number(value);
}
