import type { User } from '../../registry/ports/account-store.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { AdmittedIdentity, DueLink } from '../../registry/ports/external-account-store.ts';
import type { ExternalOutcome } from '../../registry/ports/sign-in.ts';
import { returnedUser, toUser, type UserRow } from '../account-rows.ts';
import { type IdentityLinkRow, identityLinkColumns, toIdentityLink } from '../identity-link-rows.ts';
import type { SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordAudit } from './audit.ts';
import { replaceExternalGroups } from './external-groups.ts';
import { lockLinked, setAdministrator } from './external-standing.ts';

type SignIn = AdmittedIdentity & { readonly by: Agent; readonly at: Millis };

/** `ExternalAccountStore.signInExternal`. Locks the user, then the link, then groups. */
export async function signInExternal(sql: SqlTransaction, input: SignIn): Promise<ExternalOutcome> {
  const known = await lockLinked(sql, input);
  if (known === undefined && !input.createUsers) return { kind: 'not-admitted' };
  const user = known === undefined ? await makeLinked(sql, input) : await resume(sql, known, input.at);
  if (user.disabled) return { kind: 'disabled', user };
  const { administrator } = input;
  const standing = administrator?.isMember === true ? administrator.group : '';
  await sql.run(
    `update identity_links set external_name = ?, email = ?, renewal = coalesce(?, renewal), check_after = ?, last_seen_at = ?, standing = ?
     where provider = ? and external_id = ?`,
    [
      ...[input.externalName, input.email ?? null, input.renewal ?? null, input.checkAfter ?? null, input.at, standing],
      ...[input.provider, input.externalId],
    ],
  );
  await replaceExternalGroups(sql, user, input);
  return { kind: 'user', user: await setAdministrator(sql, user, administrator?.isMember, input) };
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

/** Whom the provider had suspended is let in again; whom an administrator disabled is not. */
async function resume(sql: SqlTransaction, user: User, at: Millis): Promise<User> {
  if (!user.disabled) return user;
  const row = await sql.get<UserRow>(
    `update users set disabled = 0, updated_at = ? where id = ? and disabled = 2 returning ${returnedUser}`,
    [at, user.id],
  );
  return row === undefined ? user : toUser(row);
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
