import type { User } from '../../registry/ports/account-store.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { AdmittedIdentity, DueLink } from '../../registry/ports/external-account-store.ts';
import type { ExternalOutcome } from '../../registry/ports/sign-in.ts';
import { returnedUser, toUser, type UserRow, userColumns } from '../account-rows.ts';
import { type IdentityLinkRow, identityLinkColumns, toIdentityLink } from '../identity-link-rows.ts';
import type { SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordAudit } from './audit.ts';
import { replaceExternalGroups } from './external-groups.ts';

type SignIn = AdmittedIdentity & { readonly by: Agent; readonly at: Millis };
type External = Pick<AdmittedIdentity, 'provider' | 'externalId'>;

/** `ExternalAccountStore.signInExternal`. Locks the user, then the link, then groups. */
export async function signInExternal(sql: SqlTransaction, input: SignIn): Promise<ExternalOutcome> {
  const known = await lockLinked(sql, input);
  if (known === undefined && !input.createUsers) return { kind: 'not-admitted' };
  const user = known === undefined ? await makeLinked(sql, input) : await resume(sql, known, input.at);
  if (user.disabled) return { kind: 'disabled', user };
  await sql.run(
    `update identity_links set external_name = ?, email = ?, renewal = coalesce(?, renewal), check_after = ?, last_seen_at = ?
     where provider = ? and external_id = ?`,
    [input.externalName, input.email ?? null, input.renewal ?? null, input.checkAfter ?? null, input.at, input.provider, input.externalId],
  );
  await replaceExternalGroups(sql, user, input);
  return { kind: 'user', user: await setStanding(sql, user, input.administrator, input) };
}

/** `ExternalAccountStore.endExternal`. */
export async function endExternal(
  sql: SqlTransaction,
  input: External & { decidesAdministrators: boolean; suspends?: boolean; ifRenewal?: string | undefined; by: Agent; at: Millis },
): Promise<boolean> {
  const user = await lockLinked(sql, input);
  if (user === undefined) return false;
  const ended = await sql.run(
    `update identity_links set renewal = null, check_after = null
     where provider = ? and external_id = ? and coalesce(renewal, '') = coalesce(?, renewal, '')`,
    [input.provider, input.externalId, input.ifRenewal ?? null],
  );
  if (ended === 0) return false;
  await leave(sql, user, input);
  if (input.suspends === true) {
    // Access tokens live on after a new version; whoever has a password here is not the provider's alone.
    await sql.run('update users set disabled = 2 where id = ? and disabled = 0 and password_hash is null', [user.id]);
  }
  await setStanding(sql, user, input.decidesAdministrators ? false : undefined, input);
  await record(sql, 'user.login-ended', user, input);
  return true;
}

/** `ExternalAccountStore.unlinkIdentity`. */
export async function unlinkIdentity(sql: SqlTransaction, input: { userId: number; id: number; by: Agent; at: Millis }): Promise<boolean> {
  const user = await lockUser(sql, input.userId);
  const link = await sql.get<{ provider: string; external_id: string }>(
    'delete from identity_links where id = ? and user_id = ? returning provider, external_id',
    [input.id, input.userId],
  );
  if (user === undefined || link === undefined) return false;
  const ended = { ...input, provider: link.provider, externalId: link.external_id };
  await leave(sql, user, ended);
  await record(sql, 'user.unlinked', user, ended);
  return true;
}

/** `ExternalAccountStore.claimDueLinks`. */
export async function claimDueLinks(
  sql: SqlTransaction,
  { provider, at, until, limit }: { provider: string; at: Millis; until: Millis; limit: number },
): Promise<DueLink[]> {
  const rows = await sql.all<IdentityLinkRow & { user_id: number; renewal: string | null }>(
    `update identity_links set check_after = ? where id in (select id from identity_links
       where provider = ? and check_after <= ? order by check_after, id limit ? ${locking(sql, 'for update skip locked')})
     returning ${identityLinkColumns}, user_id, renewal`,
    [until, provider, at, limit],
  );
  return rows
    .map((row) => ({ ...toIdentityLink(row), userId: row.user_id, renewal: row.renewal ?? undefined }))
    .sort((left, right) => left.id - right.id);
}

/** What was issued before ends with the version; the groups of the provider are left. */
async function leave(sql: SqlTransaction, user: User, { provider, by, at }: External & { by: Agent; at: Millis }): Promise<void> {
  await sql.run('update users set version = version + 1, updated_at = ? where id = ?', [at, user.id]);
  await replaceExternalGroups(sql, user, { provider, groups: [], by, at });
}

/** Whom the provider had suspended is let in again; whom an administrator disabled is not. */
async function resume(sql: SqlTransaction, user: User, at: Millis): Promise<User> {
  if (!user.disabled) return user;
  const row = await sql.get<UserRow>(
    `update users set disabled = 0, updated_at = ? where id = ? and disabled = 2 returning ${returnedUser}`,
    [at, user.id],
  );
  return row === undefined ? user : toUser(row);
}

/** The user behind an external identity, locked, so that the link cannot change either. */
async function lockLinked(sql: SqlTransaction, { provider, externalId }: External): Promise<User | undefined> {
  const findLink = () =>
    sql.get<{ user_id: number }>('select user_id from identity_links where provider = ? and external_id = ?', [provider, externalId]);
  const link = await findLink();
  if (link === undefined) return undefined;
  const user = await lockUser(sql, link.user_id);
  // Whoever unlinks it locks the user too, and may have been before us.
  return (await findLink())?.user_id === user?.id ? user : undefined;
}

async function lockUser(sql: SqlTransaction, id: number): Promise<User | undefined> {
  const row = await sql.get<UserRow>(`select ${userColumns} from users u where u.id = ? ${locking(sql, 'for no key update')}`, [id]);
  return row && toUser(row);
}

/** A user of the first free name, with the link; when the same identity signs in twice at once, whoever is first makes both. */
async function makeLinked(sql: SqlTransaction, input: SignIn): Promise<User> {
  const { provider, externalId, at } = input;
  const user = await makeUser(sql, input);
  if (user !== undefined && (await link(sql, user, input))) {
    const resource = { kind: 'user', name: user.name };
    await recordAudit(sql, input.by, { at, action: 'user.created', resource, detail: { provider, externalId, administrator: false } });
    return user;
  }
  if (user !== undefined) await sql.run('delete from users where id = ?', [user.id]);
  const other = await lockLinked(sql, input);
  if (other === undefined)
    throw new Error(`No user could be made of ${externalId} of ${provider}: every name is taken, or it was unlinked`);
  return other;
}

/** Undefined when every name is taken: the last by the very same identity, at once. */
async function makeUser(sql: SqlTransaction, { names, at }: SignIn): Promise<User | undefined> {
  for (const name of names) {
    const row = await sql.get<UserRow>(
      `insert into users (name, administrator, disabled, version, created_at, updated_at) values (?, 0, 0, 1, ?, ?)
       on conflict (name) do nothing returning ${returnedUser}`,
      [name, at, at],
    );
    if (row !== undefined) return toUser(row);
  }
  return undefined;
}

/** False when the same identity was linked meanwhile. */
async function link(sql: SqlTransaction, { id }: User, { provider, externalId, externalName, at }: SignIn): Promise<boolean> {
  const made = await sql.run(
    `insert into identity_links (user_id, provider, external_id, external_name, created_at, last_seen_at) values (?, ?, ?, ?, ?, ?)
     on conflict (provider, external_id) do nothing`,
    [id, provider, externalId, externalName, at, at],
  );
  return made > 0;
}

/** With the present version; who administers is part of it. */
async function setStanding(
  sql: SqlTransaction,
  user: User,
  administrator: boolean | undefined,
  { provider, by, at }: External & { by: Agent; at: Millis },
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

function record(
  sql: SqlTransaction,
  action: string,
  { name }: User,
  { provider, externalId, by, at }: External & { by: Agent; at: Millis },
): Promise<void> {
  return recordAudit(sql, by, { at, action, resource: { kind: 'user', name }, detail: { provider, externalId } });
}
