import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { readPortRange } from './config/outgoing-settings.ts';
import type { Config } from './config/schema.ts';
import { speaksHttps } from './config/tls-settings.ts';
import type { WebhookDeps } from './features/webhooks/webhook-deps.ts';
import { createSecretBox } from './identity/secret-box.ts';
import { loadOrCreateSecretKey } from './identity/secret-key.ts';
import type { Metrics } from './observability/metrics.ts';
import { WebhookMetrics } from './observability/webhook-metrics.ts';
import { createDialer } from './outgoing/guarded-dialer.ts';
import { trustedAuthorities } from './outgoing/trusted-authorities.ts';
import type { Dialer } from './registry/ports/dialer.ts';
import type { Logger } from './registry/ports/logger.ts';
import type { WebhookStore } from './registry/ports/webhook-store.ts';

const dayMs = 24 * 60 * 60_000;
/** Whoever does not answer SYN or the handshake for so long is away. */
const connectTimeoutMs = 5000;

/** What webhooks work with. */
export async function composeWebhooks(
  config: Config,
  { metadata, logger }: { metadata: WebhookStore; logger: Logger },
  metrics: Metrics,
): Promise<WebhookDeps> {
  const { timeoutSeconds, concurrency, logDays, disableAfterDays } = config.webhooks;
  const figures = new WebhookMetrics();
  metrics.add(() => figures.families());
  return {
    store: metadata,
    dialer: await composeDialer(config),
    secrets: createSecretBox(await loadOrCreateSecretKey(config.secrets.keyFile), 'webhooks'),
    logger,
    clock: Date.now,
    claimant: randomUUID(),
    source: config.publicUrl ?? ownAddress(config),
    timeoutMs: timeoutSeconds * 1000,
    concurrency,
    pollMs: 1000,
    keepMs: logDays * dayMs,
    disableAfterMs: disableAfterDays * dayMs,
    counted: (outcome) => figures.count(outcome),
    pending: (count) => figures.setPending(count),
  };
}

async function composeDialer({ outgoing }: Config): Promise<Dialer> {
  const { allow, ports, caFile } = outgoing;
  return createDialer({
    allow,
    ports: ports.map(readPortRange).filter((range) => range !== undefined),
    authorities: await trustedAuthorities(caFile),
    connectTimeoutMs,
  });
}

/** Where the server listens, for want of the address that clients use. */
function ownAddress({ listen, tls }: Config): string {
  const isSecure = speaksHttps(tls);
  const { host: name = hostname() } = listen;
  const host = name.includes(':') ? `[${name}]` : name;
  return `${isSecure ? 'https' : 'http'}://${host}:${listen.port}`;
}
