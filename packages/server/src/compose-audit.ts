import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from './config/schema.ts';
import type { AuditFeatureDeps } from './features/audit/audit-feature.ts';
import { AuditTrail } from './features/audit/audit-trail.ts';
import { Forwarding } from './features/audit/forwarding.ts';
import { clientNetwork } from './identity/client-network.ts';
import { forwardingFamilies, lostEntriesFamily } from './observability/audit-metrics.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Backends } from './open-backends.ts';
import { createLogReceiver } from './outgoing/log-receivers.ts';
import { trustedAuthorities } from './outgoing/trusted-authorities.ts';

/** For one batch: a receiver that takes longer is away. */
const timeoutMs = 10_000;
/** When a process that forwards dies, another goes on so much later. What comes of a shorter one is that entries come twice. */
const leaseMs = 6000;

/** What a process keeps account of: denials, and what was pulled. */
export function composeAuditTrail({ metadata, logger }: Backends, metrics: Metrics): AuditTrail {
  const trail = new AuditTrail({ store: metadata, networkOf: clientNetwork, logger, clock: Date.now, everyMs: 60_000 });
  metrics.add(() => [lostEntriesFamily(trail.lost)]);
  return trail;
}

/** What the audit log's own upkeep and its forwarding work with. */
export async function composeAudit(config: Config, { metadata, logger }: Backends, metrics: Metrics): Promise<AuditFeatureDeps> {
  const { days, forward, forwardAuthorization: authorization, forwardFacility: facility } = config.audit;
  const authorities = forward.length === 0 ? [] : await trustedAuthorities(config.outgoing.caFile);
  const receivers = [...new Set(forward)].map((address) => createLogReceiver(address, { authorities, authorization, timeoutMs }));
  const forwarding = new Forwarding(receivers, {
    store: metadata,
    leases: metadata,
    logger,
    clock: Date.now,
    holder: randomUUID(),
    origin: { host: hostname(), facility },
    pollMs: 1000,
    leaseMs,
  });
  metrics.add(() => forwardingFamilies(forwarding.forwarders));
  return { store: metadata, days, forwarding, logger, clock: Date.now };
}
