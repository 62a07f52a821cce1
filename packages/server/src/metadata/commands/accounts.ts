import type { AccessToken, SigningKey, User } from '../../registry/ports/account-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { UserRow } from '../account-rows.ts';
import { toUser } from '../account-rows.ts';
import type { SqlSession } from '../sql-session.ts';

/** `AccountStore.createUser`. */
export async function createUser(
  sql: SqlSession,
  input: { name: string; passwordHash: string | undefined; administrator: boolean; at: Millis },
): Promise<User | undefined> {
  const row = await sql.get<UserRow>(
    `insert into users (name, password_hash, administrator, disabled, version, created_at, updated_at) values (?, ?, ?, 0, 1, ?, ?)
     on conflict (name) do nothing returning id, name, administrator, disabled, password_hash, version`,
    [input.name, input.passwordHash ?? null, input.administrator ? 1 : 0, input.at, input.at],
  );
  return row && toUser(row);
}

/** `AccountStore.updateUser`. */
export async function updateUser(
  sql: SqlSession,
  input: { id: number; passwordHash?: string; administrator?: boolean; disabled?: boolean; at: Millis },
): Promise<boolean> {
  const changes = await sql.run(
    `update users set password_hash = coalesce(?, password_hash), administrator = coalesce(?, administrator),
       disabled = coalesce(?, disabled), version = version + 1, updated_at = ? where id = ?`,
    [input.passwordHash ?? null, flag(input.administrator), flag(input.disabled), input.at, input.id],
  );
  return changes > 0;
}

/** `AccountStore.deleteUser`. Tokens and memberships go with the row; bindings name subjects of several kinds, so they go here. */
export async function deleteUser(sql: SqlSession, input: { id: number }): Promise<boolean> {
  await sql.run("delete from role_bindings where subject_kind = 'user' and subject_id = ?", [input.id]);
  return (await sql.run('delete from users where id = ?', [input.id])) > 0;
}

/** `AccountStore.createAccessToken`. */
export async function createAccessToken(
  sql: SqlSession,
  input: { userId: number; name: string; secretHash: Uint8Array; at: Millis; expiresAt: Millis | undefined },
): Promise<AccessToken> {
  const { userId, name, secretHash, at, expiresAt } = input;
  const row = await sql.get<{ id: number }>(
    'insert into access_tokens (user_id, name, secret_hash, created_at, expires_at) values (?, ?, ?, ?, ?) returning id',
    [userId, name, secretHash, at, expiresAt ?? null],
  );
  if (row === undefined) throw new Error('The database did not return the id of a new access token');
  return { id: row.id, userId, name, createdAt: at, expiresAt, lastUsedAt: undefined };
}

/** `AccountStore.deleteAccessToken`. */
export async function deleteAccessToken(sql: SqlSession, input: { id: number; userId: number }): Promise<boolean> {
  return (await sql.run('delete from access_tokens where id = ? and user_id = ?', [input.id, input.userId])) > 0;
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
