import type { User } from '../../registry/ports/account-store.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ProviderStanding } from '../../registry/ports/external-account-store.ts';
import type { SqlTransaction } from '../sql-session.ts';
import { recordAudit } from './audit.ts';
import { type ExternalPerson, leave, lockLinked, lockUser, type StandingChange, setAdministrator, suspend } from './external-standing.ts';

/** `ExternalAccountStore.endExternal`. */
export async function endExternal(
  sql: SqlTransaction,
  input: ExternalPerson & { decidesAdministrators: boolean; suspends?: boolean; ifRenewal?: string | undefined; by: Agent; at: Millis },
): Promise<boolean> {
  const user = await lockLinked(sql, input);
  if (user === undefined) return false;
  const ended = await sql.run(
    `update identity_links set renewal = null, check_after = null, standing = case when standing is null then null else '' end
     where provider = ? and external_id = ? and coalesce(renewal, '') = coalesce(?, renewal, '')`,
    [input.provider, input.externalId, input.ifRenewal ?? null],
  );
  if (ended === 0) return false;
  await leave(sql, user, input);
  if (input.suspends === true) await suspend(sql, user);
  await setAdministrator(sql, user, input.decidesAdministrators ? false : undefined, input);
  await record(sql, 'user.login-ended', user, input);
  return true;
}

/** `ExternalAccountStore.unlinkIdentity`. */
export async function unlinkIdentity(sql: SqlTransaction, input: { userId: number; id: number; by: Agent; at: Millis }): Promise<boolean> {
  const user = await lockUser(sql, input.userId);
  const link = await sql.get<{ provider: string; external_id: string; standing: string | null }>(
    'delete from identity_links where id = ? and user_id = ? returning provider, external_id, standing',
    [input.id, input.userId],
  );
  if (user === undefined || link === undefined) return false;
  const ended = { ...input, provider: link.provider, externalId: link.external_id };
  await leave(sql, user, ended);
  await setAdministrator(sql, user, isAdministering(link.standing) ? false : undefined, ended);
  // Nobody could prove to be this user any more, and access tokens would go on for whoever was told apart from it.
  const disabled = await sql.run(
    `update users set disabled = 1 where id = ? and disabled <> 1 and password_hash is null
       and not exists (select 1 from identity_links where user_id = ?)`,
    [user.id, user.id],
  );
  await record(sql, 'user.unlinked', user, ended, disabled > 0 ? { disabled: true } : {});
  return true;
}

/** `ExternalAccountStore.endProviderStanding`. Locks users in the order of their ids. */
export async function endProviderStanding(
  sql: SqlTransaction,
  input: ProviderStanding & { ends: 'everything' | 'administration'; limit: number; by: Agent; at: Millis },
): Promise<number> {
  const { provider, administratorGroup = '', ends, limit } = input;
  const links = await sql.all<{ id: number; user_id: number; external_id: string }>(
    'select id, user_id, external_id from identity_links where provider = ? and standing = ? order by user_id limit ?',
    [provider, administratorGroup, limit],
  );
  for (const { id, user_id: userId, external_id: externalId } of links) {
    const user = await lockUser(sql, userId);
    // A provider that is asked, or comes back, is asked about them at once.
    const ended = await sql.run(
      `update identity_links set standing = ?, check_after = case when check_after is null then null else cast(? as bigint) end
       where id = ? and standing = ?`,
      [ends === 'everything' ? null : '', input.at, id, administratorGroup],
    );
    if (user === undefined || ended === 0) continue;
    const change: StandingChange = { provider, externalId, by: input.by, at: input.at };
    if (ends === 'everything') {
      await leave(sql, user, change);
      await suspend(sql, user);
      await record(sql, 'user.login-ended', user, change);
    }
    await setAdministrator(sql, user, isAdministering(administratorGroup) ? false : undefined, change);
  }
  return links.length;
}

const isAdministering = (standing: string | null) => standing !== null && standing !== '';

function record(
  sql: SqlTransaction,
  action: string,
  { name }: User,
  { provider, externalId, by, at }: StandingChange,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  return recordAudit(sql, by, { at, action, resource: { kind: 'user', name }, detail: { provider, externalId, ...more } });
}
