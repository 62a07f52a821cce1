import type { Millis } from '../../registry/ports/content-store.ts';
import { lockName, type SqlSession } from '../sql-session.ts';

/** Nobody counts failures over more than a day, so older ones go whoever they are about: strangers choose the keys. */
const longestWindowMs = 24 * 60 * 60 * 1000;

/** `AccountStore.noteLoginFailure`. */
export async function noteLoginFailure(sql: SqlSession, input: { key: string; at: Millis; since: Millis }): Promise<number> {
  await sql.run('delete from login_failures where at < ?', [input.at - longestWindowMs]);
  await sql.run('insert into login_failures (key, at) values (?, ?)', [input.key, input.at]);
  const row = await sql.get<{ count: number }>('select count(*) as count from login_failures where key = ? and at >= ?', [
    input.key,
    input.since,
  ]);
  return row?.count ?? 0;
}

/** `AccountStore.takeLoginTry`. */
export async function takeLoginTry(
  sql: SqlSession,
  { key, at, since, count }: { key: string; at: Millis; since: Millis; count: number },
): Promise<boolean> {
  await sql.run('delete from login_failures where at < ?', [at - longestWindowMs]);
  await lockName(sql, `login failures of ${key}`);
  const row = await sql.get<{ count: number; last_at: Millis | null }>(
    'select count(*) as count, max(at) as last_at from login_failures where key = ? and at >= ?',
    [key, since],
  );
  // Of two at one instant it could not be told which is given back.
  if (row?.count !== count || row.last_at === at) return false;
  await sql.run('insert into login_failures (key, at) values (?, ?)', [key, at]);
  return true;
}

/** `AccountStore.clearLoginFailures`. */
export async function clearLoginFailures(sql: SqlSession, { key, at }: { key: string; at?: Millis }): Promise<void> {
  if (at === undefined) await sql.run('delete from login_failures where key = ?', [key]);
  else await sql.run('delete from login_failures where key = ? and at = ?', [key, at]);
}
