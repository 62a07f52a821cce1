import type { Millis } from '../registry/ports/content-store.ts';
import type { IdentityLink } from '../registry/ports/external-account-store.ts';

/** The columns of `identity_links` that make an `IdentityLink`. */
export const identityLinkColumns = 'id, provider, external_id, external_name, email, created_at, last_seen_at';

/** A row of `identity_links`. */
export interface IdentityLinkRow {
  readonly id: number;
  readonly provider: string;
  readonly external_id: string;
  readonly external_name: string;
  readonly email: string | null;
  readonly created_at: Millis;
  readonly last_seen_at: Millis;
}

/** The row as identity knows it. */
export function toIdentityLink(row: IdentityLinkRow): IdentityLink {
  return {
    id: row.id,
    provider: row.provider,
    externalId: row.external_id,
    externalName: row.external_name,
    email: row.email ?? undefined,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
  };
}
