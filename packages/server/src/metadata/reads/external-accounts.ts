import type { Listed } from '../../registry/ports/content-store.ts';
import type { ExternalNames, IdentityLink } from '../../registry/ports/external-account-store.ts';
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
