import { Counter } from './counter.ts';
import { type MetricFamily, singleValue } from './metric-family.ts';

/** What webhooks did. */
export class WebhookMetrics {
  readonly #attempts = new Counter('registry_webhook_attempts_total', 'Requests to receivers of events, by what came of them.', 'outcome', [
    'delivered',
    'retry',
    'failed',
  ]);
  #pending = 0;

  count(outcome: 'delivered' | 'retry' | 'failed'): void {
    this.#attempts.add(outcome);
  }

  setPending(count: number): void {
    this.#pending = count;
  }

  families(): MetricFamily[] {
    const help = 'Events on their way to receivers, counted up to 100000.';
    // Every process counts the same rows.
    const family = { name: 'registry_webhook_deliveries_pending', help, type: 'gauge', merge: 'max' } as const;
    return [this.#attempts.family(), singleValue(family, this.#pending)];
  }
}
