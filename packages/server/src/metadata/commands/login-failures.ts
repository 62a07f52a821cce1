import type { Millis } from '../../registry/ports/content-store.ts';
import type { SqlSession } from '../sql-session.ts';

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

/** `AccountStore.clearLoginFailures`. */
export async function clearLoginFailures(sql: SqlSession, input: { key: string }): Promise<void> {
  await sql.run('delete from login_failures where key = ?', [input.key]);
}
