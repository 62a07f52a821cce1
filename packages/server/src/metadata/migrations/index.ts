import type { Kysely } from 'kysely';
import type { SqlDialect } from '../sql-session.ts';

/** One step of the schema's history. Once released it never changes. */
export interface SchemaStep {
  /**
   * Sorts after every earlier step. `NNNN-contract-...` takes something away that older versions may use; every other step only
   * adds, so that older versions go on beside newer ones (docs/decisions/0009-migrations-expand.md).
   */
  readonly name: string;
  readonly load: () => Promise<{ up(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> }>;
}

/** Every step that this version knows, oldest first; loaded only when a database needs it. */
export const schemaSteps: readonly SchemaStep[] = [
  { name: '0001-initial', load: () => import('./0001-initial.ts') },
  { name: '0002-repositories-of-a-project', load: () => import('./0002-repositories-of-a-project.ts') },
  { name: '0003-events-by-availability', load: () => import('./0003-events-by-availability.ts') },
  { name: '0004-told-changes', load: () => import('./0004-told-changes.ts') },
  { name: '0005-moves-between-stores', load: () => import('./0005-moves-between-stores.ts') },
  { name: '0006-contract-tenants', load: () => import('./0006-contract-tenants.ts') },
  { name: '0007-robots', load: () => import('./0007-robots.ts') },
  { name: '0008-audit', load: () => import('./0008-audit.ts') },
  { name: '0009-quotas', load: () => import('./0009-quotas.ts') },
  { name: '0010-tag-rules', load: () => import('./0010-tag-rules.ts') },
  { name: '0011-retention', load: () => import('./0011-retention.ts') },
  { name: '0012-webhooks', load: () => import('./0012-webhooks.ts') },
  { name: '0013-search', load: () => import('./0013-search.ts') },
  { name: '0014-denied-actions', load: () => import('./0014-denied-actions.ts') },
  { name: '0015-held-forwarding', load: () => import('./0015-held-forwarding.ts') },
  { name: '0016-bytes-of-manifests', load: () => import('./0016-bytes-of-manifests.ts') },
  { name: '0017-leases-of-projects', load: () => import('./0017-leases-of-projects.ts') },
  { name: '0018-words-of-projects', load: () => import('./0018-words-of-projects.ts') },
  { name: '0019-quota-notices', load: () => import('./0019-quota-notices.ts') },
  { name: '0020-identity-links', load: () => import('./0020-identity-links.ts') },
  { name: '0021-sign-in', load: () => import('./0021-sign-in.ts') },
  { name: '0022-robot-trusts', load: () => import('./0022-robot-trusts.ts') },
  { name: '0023-certificates', load: () => import('./0023-certificates.ts') },
  { name: '0024-closed-addresses', load: () => import('./0024-closed-addresses.ts') },
  { name: '0025-standing-by-providers', load: () => import('./0025-standing-by-providers.ts') },
  { name: '0026-proved-sessions', load: () => import('./0026-proved-sessions.ts') },
  { name: '0027-comparisons', load: () => import('./0027-comparisons.ts') },
  { name: '0028-overseeing', load: () => import('./0028-overseeing.ts') },
  { name: '0029-search-of-content', load: () => import('./0029-search-of-content.ts') },
  { name: '0030-queued-by-trigger', load: () => import('./0030-queued-by-trigger.ts') },
];

/**
 * Contracting steps of later versions that this version can live with, by name: what they take away is not used here any more. One
 * is written down here at least one release before the release that has the step.
 */
export const foreseenContractions: readonly string[] = [];
