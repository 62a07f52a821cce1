import type { AuditStore } from '../../registry/ports/audit-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { Background, Feature } from '../feature.ts';
import { removeOldEntries } from './remove-old-entries.ts';

export interface AuditFeatureDeps {
  readonly store: AuditStore;
  /** How long entries are kept; 0: for ever. */
  readonly days: number;
  /** Sends entries to receivers of logs. */
  readonly forwarding: Background;
  readonly logger: Logger;
  readonly clock: () => Millis;
}

/** The audit log's own upkeep, its operations of the management API, and the forwarding of its entries. */
export function auditFeature(deps: AuditFeatureDeps): Feature {
  const { store, days, forwarding, logger } = deps;
  async function run(signal: AbortSignal): Promise<void> {
    const removed = await removeOldEntries(deps, days, signal);
    if (removed > 0) logger.info('Old entries of the audit log were removed.', { removed, days });
  }
  return {
    name: 'audit',
    jobs: days === 0 ? [] : [{ name: 'audit-retention', cron: '29 2 * * *', run }],
    background: [forwarding],
    routes: async () => (await import('./audit-routes.ts')).auditRoutes(store),
  };
}
