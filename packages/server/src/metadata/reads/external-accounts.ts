import type { IdentityLink } from '../../registry/ports/external-account-store.ts';
import { type IdentityLinkRow, identityLinkColumns, toIdentityLink } from '../identity-link-rows.ts';
import type { SqlSession } from '../sql-session.ts';

/** `ExternalAccountStore.listIdentityLinks`. */
export async function listIdentityLinks(sql: SqlSession, userId: number): Promise<IdentityLink[]> {
  const rows = await sql.all<IdentityLinkRow>(`select ${identityLinkColumns} from identity_links where user_id = ? order by id`, [userId]);
  return rows.map(toIdentityLink);
}
