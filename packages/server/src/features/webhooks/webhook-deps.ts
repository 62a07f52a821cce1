import type { Millis } from '../../registry/ports/content-store.ts';
import type { Dialer } from '../../registry/ports/dialer.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { SecretBox } from '../../registry/ports/secret-box.ts';
import type { WebhookStore } from '../../registry/ports/webhook-store.ts';

/** What became of an attempt, for the metrics. */
export type DeliveryOutcome = 'delivered' | 'retry' | 'failed';

/** What webhooks need of the rest. */
export interface WebhookDeps {
  readonly store: WebhookStore;
  readonly dialer: Dialer;
  readonly secrets: SecretBox;
  readonly logger: Logger;
  readonly clock: () => Millis;
  /** Unique among all processes that share the metadata. */
  readonly claimant: string;
  /** The address of this registry, as events name it. */
  readonly source: string;
  /** A request that takes longer has failed. */
  readonly timeoutMs: number;
  /** Webhooks that this process sends to at once. */
  readonly concurrency: number;
  /** How long an idle process waits before it looks again. */
  readonly pollMs: number;
  /** Deliveries are forgotten after this. */
  readonly keepMs: number;
  /** A webhook that has done nothing but fail for this long is disabled. */
  readonly disableAfterMs: number;
  readonly counted: (outcome: DeliveryOutcome) => void;
  readonly pending: (count: number) => void;
}
