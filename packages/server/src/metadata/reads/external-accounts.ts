import type { Listed } from '../../registry/ports/content-store.ts';
import type { IdentityLink } from '../../registry/ports/external-account-store.ts';
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
