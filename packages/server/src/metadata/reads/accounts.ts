import type { AccessToken, SigningKey, User } from '../../registry/ports/account-store.ts';
import type { Listed, Millis } from '../../registry/ports/content-store.ts';
import type { AccessTokenRow, UserRow } from '../account-rows.ts';
import { accessTokenColumns, toAccessToken, toUser, userColumns } from '../account-rows.ts';
import { namesOfPage } from '../name-range.ts';
import type { SqlSession } from '../sql-session.ts';

interface SigningKeyRow {
  readonly id: string;
  readonly algorithm: 'EdDSA';
  readonly public_key: string;
  readonly sealed_private_key: string;
  readonly created_at: Millis;
  readonly retires_at: Millis;
  readonly expires_at: Millis;
}

/** `AccountStore.findUser`. */
export async function findUser(sql: SqlSession, by: { name: string } | { id: number }): Promise<User | undefined> {
  const select = `select ${userColumns} from users u where`;
  const row =
    'id' in by ? await sql.get<UserRow>(`${select} u.id = ?`, [by.id]) : await sql.get<UserRow>(`${select} u.name = ?`, [by.name]);
  return row && toUser(row);
}

/** `AccountStore.listUsers`, by name. */
export async function listUsers(sql: SqlSession): Promise<User[]> {
  return (await sql.all<UserRow>(`select ${userColumns} from users u order by u.name`)).map(toUser);
}

/** `AccountStore.listUserPage`. */
export async function listUserPage(
  sql: SqlSession,
  { prefix }: { prefix?: string | undefined },
  { limit, after }: { limit: number; after: string | undefined },
): Promise<Listed<User>> {
  const names = namesOfPage('u.name', after ?? '', prefix);
  const rows = await sql.all<UserRow>(`select ${userColumns} from users u where ${names.text} order by u.name limit ?`, [
    ...names.params,
    limit + 1,
  ]);
  return { items: rows.slice(0, limit).map(toUser), more: rows.length > limit };
}

/** `AccountStore.listAccessTokenPage`. */
export async function listAccessTokenPage(
  sql: SqlSession,
  userId: number,
  { limit, after }: { limit: number; after: number | undefined },
): Promise<Listed<AccessToken>> {
  const rows = await sql.all<AccessTokenRow>(
    `select ${accessTokenColumns} from access_tokens t where t.user_id = ? and t.id > ? order by t.id limit ?`,
    [userId, after ?? 0, limit + 1],
  );
  return { items: rows.slice(0, limit).map(toAccessToken), more: rows.length > limit };
}

/** `AccountStore.findAccessToken`. */
export async function findAccessToken(sql: SqlSession, secretHash: Uint8Array): Promise<{ token: AccessToken; user: User } | undefined> {
  const row = await sql.get<AccessTokenRow & UserRow>(
    `select ${accessTokenColumns}, ${userColumns} from access_tokens t join users u on u.id = t.user_id where t.secret_hash = ?`,
    [secretHash],
  );
  return row && { token: toAccessToken(row), user: toUser(row) };
}

/** `AccountStore.listAccessTokens`, the oldest first. */
export async function listAccessTokens(sql: SqlSession, userId: number): Promise<AccessToken[]> {
  const rows = await sql.all<AccessTokenRow>(`select ${accessTokenColumns} from access_tokens t where t.user_id = ? order by t.id`, [
    userId,
  ]);
  return rows.map(toAccessToken);
}

/** `AccountStore.listSigningKeys`, the oldest first. */
export async function listSigningKeys(sql: SqlSession): Promise<SigningKey[]> {
  const rows = await sql.all<SigningKeyRow>(
    `select id, algorithm, public_key, sealed_private_key, created_at, retires_at, expires_at from signing_keys order by created_at, id`,
  );
  return rows.map((row) => ({
    id: row.id,
    algorithm: row.algorithm,
    publicKey: row.public_key,
    sealedPrivateKey: row.sealed_private_key,
    createdAt: row.created_at,
    retiresAt: row.retires_at,
    expiresAt: row.expires_at,
  }));
}

/** `AccountStore.countLoginFailures`; `lastAt` is 0 when there was none. */
export async function countLoginFailures(sql: SqlSession, key: string, since: Millis): Promise<{ count: number; lastAt: Millis }> {
  const row = await sql.get<{ count: number; last_at: Millis | null }>(
    'select count(*) as count, max(at) as last_at from login_failures where key = ? and at >= ?',
    [key, since],
  );
  return { count: row?.count ?? 0, lastAt: row?.last_at ?? 0 };
}
