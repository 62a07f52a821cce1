import type { User } from '../../registry/ports/account-store.ts';
import type { Listed, Millis } from '../../registry/ports/content-store.ts';
import type { DeviceRequest } from '../../registry/ports/device-store.ts';
import type { SecondFactor } from '../../registry/ports/second-factor-store.ts';
import type { Session } from '../../registry/ports/session-store.ts';
import { toUser, type UserRow, userColumns } from '../account-rows.ts';
import { type SessionRow, sessionColumns, toSession } from '../session-rows.ts';
import type { SqlSession } from '../sql-session.ts';

/** `SessionStore.findSession`. */
export async function findSession(sql: SqlSession, secretHash: Uint8Array): Promise<{ session: Session; user: User } | undefined> {
  const row = await sql.get<SessionRow & UserRow>(
    `select ${sessionColumns}, ${userColumns} from sessions s join users u on u.id = s.user_id where s.secret_hash = ?`,
    [secretHash],
  );
  return row && { session: toSession(row), user: toUser(row) };
}

/** `SessionStore.listSessionPage`. */
export async function listSessionPage(
  sql: SqlSession,
  userId: number,
  { limit, after }: { limit: number; after: number | undefined },
): Promise<Listed<Session>> {
  const rows = await sql.all<SessionRow>(
    `select ${sessionColumns} from sessions s where s.user_id = ? and s.id > ? order by s.id limit ?`,
    [userId, after ?? 0, limit + 1],
  );
  return { items: rows.slice(0, limit).map(toSession), more: rows.length > limit };
}

/** `SecondFactorStore.findSecondFactor`. */
export async function findSecondFactor(sql: SqlSession, userId: number): Promise<SecondFactor | undefined> {
  const row = await sql.get<{ sealed_secret: string; confirmed_at: Millis | null; last_step: number; codes: number }>(
    `select f.sealed_secret, f.confirmed_at, f.last_step, (select count(*) from recovery_codes c where c.user_id = f.user_id) as codes
     from second_factors f where f.user_id = ?`,
    [userId],
  );
  if (row === undefined) return undefined;
  return { sealedSecret: row.sealed_secret, confirmed: row.confirmed_at !== null, lastStep: row.last_step, recoveryCodes: row.codes };
}

/** `DeviceStore.findDevice`. */
export async function findDevice(sql: SqlSession, userCodeHash: Uint8Array, at: Millis): Promise<DeviceRequest | undefined> {
  const row = await sql.get<{ id: number; name: string; address: string; created_at: Millis; expires_at: Millis }>(
    'select id, name, address, created_at, expires_at from device_requests where user_code_hash = ? and state = 0 and expires_at > ?',
    [userCodeHash, at],
  );
  return row && { id: row.id, name: row.name, address: row.address, createdAt: row.created_at, expiresAt: row.expires_at };
}

/** `DeviceStore.isDevice`. */
export async function isDevice(sql: SqlSession, deviceHash: Uint8Array): Promise<boolean> {
  return (await sql.get('select 1 from device_requests where device_hash = ?', [deviceHash])) !== undefined;
}
