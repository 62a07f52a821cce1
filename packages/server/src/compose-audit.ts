import type { Config } from './config/schema.ts';
import type { AuditFeatureDeps } from './features/audit/audit-feature.ts';
import { AuditTrail } from './features/audit/audit-trail.ts';
import { clientNetwork } from './identity/client-network.ts';
import { auditFamilies } from './observability/audit-metrics.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Backends } from './open-backends.ts';

/** What a process keeps account of: denials, and what was pulled. */
export function composeAuditTrail({ metadata, logger }: Backends, metrics: Metrics): AuditTrail {
  const trail = new AuditTrail({ store: metadata, networkOf: clientNetwork, logger, clock: Date.now, everyMs: 60_000 });
  metrics.add(() => auditFamilies({ lost: trail.lost }));
  return trail;
}

/** What the audit log's own upkeep works with. */
export function composeAudit(config: Config, { metadata, logger }: Backends): AuditFeatureDeps {
  return { store: metadata, days: config.audit.days, logger, clock: Date.now };
}
