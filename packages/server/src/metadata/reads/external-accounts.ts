import type { Listed } from '../../registry/ports/content-store.ts';
import type { ExternalNames, IdentityLink, ProviderStanding } from '../../registry/ports/external-account-store.ts';
import { type IdentityLinkRow, identityLinkColumns, toIdentityLink } from '../identity-link-rows.ts';
import type { SqlSession } from '../sql-session.ts';

/** `ExternalAccountStore.listIdentityLinks`. */
export async function listIdentityLinks(
  sql: SqlSession,
  userId: number,
  { limit, after }: { limit: number; after: number | undefined },
): Promise<Listed<IdentityLink>> {
  const rows = await sql.all<IdentityLinkRow>(
    `select ${identityLinkColumns} from identity_links where user_id = ? and id > ? order by id limit ?`,
    [userId, after ?? 0, limit + 1],
  );
  return { items: rows.slice(0, limit).map(toIdentityLink), more: rows.length > limit };
}

/** `ExternalAccountStore.findExternalNames`. */
export async function findExternalNames(sql: SqlSession, userId: number): Promise<ExternalNames[]> {
  const rows = await sql.all<{ kind: 'link' | 'group'; provider: string; name: string }>(
    `select 'link' as kind, provider, external_name as name from identity_links where user_id = ?
     union all
     select 'group', g.provider, g.external_name from group_members gm cross join groups g
     where gm.user_id = ? and g.id = gm.group_id and g.provider is not null`,
    [userId, userId],
  );
  const groupsOf = (provider: string) => rows.filter((row) => row.kind === 'group' && row.provider === provider).map(({ name }) => name);
  return rows.filter(({ kind }) => kind === 'link').map(({ provider, name }) => ({ provider, name, groups: groupsOf(provider).sort() }));
}

/** `ExternalAccountStore.listProviderStandings`. One step along the index for each, however many people hold it. */
export async function listProviderStandings(sql: SqlSession): Promise<ProviderStanding[]> {
  const found: ProviderStanding[] = [];
  let after: readonly [string, string] = ['', ''];
  for (;;) {
    const row: { provider: string; standing: string } | undefined = await sql.get(
      `select provider, standing from identity_links where standing is not null and (provider, standing) > (?, ?)
       order by provider, standing limit 1`,
      after,
    );
    if (row === undefined) return found;
    found.push({ provider: row.provider, administratorGroup: row.standing === '' ? undefined : row.standing });
    after = [row.provider, row.standing];
  }
}
