import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Session } from '../../registry/ports/session-store.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordAudit } from './audit.ts';

const mostOfUser = 50;

/** `SessionStore.createSession`. */
export async function createSession(
  sql: SqlTransaction,
  input: Omit<Session, 'id' | 'lastSeenAt'> & { secretHash: Uint8Array; by: Agent },
): Promise<Session | undefined> {
  const { secretHash, by, ...session } = input;
  const { userId, userVersion, provider, createdAt, provedAt, expiresAt, address, userAgent } = session;
  // Locked, so that whoever changes the user ends this session too: it has the version from before.
  const user = await sql.get<{ name: string }>(
    `select name from users where id = ? and version = ? and disabled = 0 ${locking(sql, 'for share')}`,
    [userId, userVersion],
  );
  if (user === undefined) return undefined;
  const row = await sql.get<{ id: number }>(
    `insert into sessions (secret_hash, user_id, user_version, provider, created_at, proved_at, expires_at, last_seen_at, address, user_agent)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id`,
    [secretHash, userId, userVersion, provider, createdAt, provedAt, expiresAt, createdAt, address, userAgent],
  );
  if (row === undefined) throw new Error('The database did not return the id of a new session');
  await sql.run(
    `delete from sessions where user_id = ?
       and id <= (select id from sessions where user_id = ? order by user_id desc, id desc limit 1 offset ${mostOfUser})`,
    [userId, userId],
  );
  await recordAudit(sql, by, {
    at: createdAt,
    action: 'session.created',
    resource: { kind: 'account', name: user.name },
    detail: { session: row.id, provider },
  });
  return { id: row.id, ...session, lastSeenAt: createdAt };
}

/** `SessionStore.noteSessionUse`. Notes may arrive out of order; the latest use stays. */
export async function noteSessionUse(sql: SqlSession, { id, at }: { id: number; at: Millis }): Promise<void> {
  await sql.run('update sessions set last_seen_at = ? where id = ? and last_seen_at < ?', [at, id, at]);
}

/** `SessionStore.endSession`. */
export async function endSession(
  sql: SqlTransaction,
  { id, userId, by, at }: { id: number; userId: number; by: Agent; at: Millis },
): Promise<boolean> {
  const row = await sql.get<{ name: string }>(
    'delete from sessions where id = ? and user_id = ? returning (select name from users where id = sessions.user_id) as name',
    [id, userId],
  );
  if (row === undefined) return false;
  await recordAudit(sql, by, { at, action: 'session.ended', resource: { kind: 'account', name: row.name }, detail: { session: id } });
  return true;
}

/** `SessionStore.removeEndedSignIns`. */
export async function removeEndedSignIns(
  sql: SqlSession,
  { at, idleSince, limit }: { at: Millis; idleSince: Millis; limit: number },
): Promise<number> {
  const remove = (table: string, column: string, before: Millis) =>
    sql.run(`delete from ${table} where id in (select id from ${table} where ${column} <= ? order by ${column}, id limit ?)`, [
      before,
      limit,
    ]);
  const over = await remove('sessions', 'expires_at', at);
  const idle = await remove('sessions', 'last_seen_at', idleSince);
  return over + idle + (await remove('device_requests', 'expires_at', at));
}
