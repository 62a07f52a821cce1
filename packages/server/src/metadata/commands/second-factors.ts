import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { type SqlSession, type SqlTransaction, Withdrawn } from '../sql-session.ts';
import { recordAudit } from './audit.ts';

/** `SecondFactorStore.beginSecondFactor`. */
export async function beginSecondFactor(
  sql: SqlTransaction,
  { userId, sealedSecret, by, at }: { userId: number; sealedSecret: string; by: Agent; at: Millis },
): Promise<boolean> {
  const row = await sql.get<{ name: string }>(
    `insert into second_factors (user_id, sealed_secret, created_at, last_step) select id, ?, ?, 0 from users where id = ?
     on conflict (user_id) do update set sealed_secret = excluded.sealed_secret, created_at = excluded.created_at
       where second_factors.confirmed_at is null
     returning (select name from users where id = second_factors.user_id) as name`,
    [sealedSecret, at, userId],
  );
  if (row === undefined) return false;
  await recordAudit(sql, by, { at, action: 'second-factor.begun', resource: { kind: 'account', name: row.name } });
  return true;
}

/** `SecondFactorStore.confirmSecondFactor`. */
export async function confirmSecondFactor(
  sql: SqlTransaction,
  input: { userId: number; sealedSecret: string; step: number; codeHashes: readonly Uint8Array[]; by: Agent; at: Millis },
): Promise<boolean> {
  const { userId, sealedSecret, step, codeHashes, by, at } = input;
  const name = await changeUser(sql, userId, 1, at);
  const confirmed = await sql.run(
    'update second_factors set confirmed_at = ?, last_step = ? where user_id = ? and confirmed_at is null and sealed_secret = ?',
    [at, step, userId, sealedSecret],
  );
  if (name === undefined || confirmed === 0) throw new Withdrawn(false);
  for (const hash of codeHashes) await sql.run('insert into recovery_codes (user_id, code_hash) values (?, ?)', [userId, hash]);
  await recordAudit(sql, by, { at, action: 'second-factor.confirmed', resource: { kind: 'account', name } });
  return true;
}

/** `SecondFactorStore.useStep`. */
export async function useStep(sql: SqlSession, { userId, step }: { userId: number; step: number }): Promise<boolean> {
  const used = await sql.run('update second_factors set last_step = ? where user_id = ? and last_step < ? and confirmed_at is not null', [
    step,
    userId,
    step,
  ]);
  return used > 0;
}

/** `SecondFactorStore.useRecoveryCode`. */
export async function useRecoveryCode(
  sql: SqlTransaction,
  { userId, codeHash, by, at }: { userId: number; codeHash: Uint8Array; by: Agent; at: Millis },
): Promise<number | undefined> {
  if ((await sql.run('delete from recovery_codes where user_id = ? and code_hash = ?', [userId, codeHash])) === 0) return undefined;
  const row = await sql.get<{ name: string; left_over: number }>(
    'select u.name, (select count(*) from recovery_codes c where c.user_id = u.id) as left_over from users u where u.id = ?',
    [userId],
  );
  if (row === undefined) return undefined;
  const resource = { kind: 'account', name: row.name };
  await recordAudit(sql, by, { at, action: 'recovery-code.used', resource, detail: { left: row.left_over } });
  return row.left_over;
}

/** `SecondFactorStore.removeSecondFactor`. */
export async function removeSecondFactor(
  sql: SqlTransaction,
  { userId, by, at }: { userId: number; by: Agent; at: Millis },
): Promise<boolean> {
  const name = await changeUser(sql, userId, 0, at);
  const removed = await sql.run('delete from second_factors where user_id = ? and confirmed_at is not null', [userId]);
  if (name === undefined || removed === 0) throw new Withdrawn(false);
  await sql.run('delete from recovery_codes where user_id = ?', [userId]);
  await recordAudit(sql, by, { at, action: 'second-factor.removed', resource: { kind: 'account', name } });
  return true;
}

/** The user's row first, as every change of a user locks it. */
async function changeUser(sql: SqlTransaction, userId: number, secondFactor: 0 | 1, at: Millis): Promise<string | undefined> {
  const row = await sql.get<{ name: string }>(
    'update users set second_factor = ?, version = version + 1, updated_at = ? where id = ? returning name',
    [secondFactor, at, userId],
  );
  return row?.name;
}
