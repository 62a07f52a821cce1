import type { Inventory, InventoryStore } from '../registry/ports/inventory-store.ts';
import type { Logger } from '../registry/ports/logger.ts';
import { labelsOf, type MetricFamily, singleValue } from './metric-family.ts';

/** A count is good for this long at least, and for this many times as long as it took: it costs 1 % of one core at most. */
const freshMs = 15_000;
const rest = 100;
/** Whoever asks waits this long for a new count; a longer one is there for who asks next. */
const patienceMs = 500;

/** What the registry holds, as the last count found it. */
export class InventoryMetrics {
  readonly #store: InventoryStore;
  readonly #logger: Logger;
  #last: { inventory: Inventory; at: number; staleAt: number } | undefined;
  #counting: Promise<void> | undefined;
  #failed = false;

  constructor(store: InventoryStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** Nothing when there has been no count yet. Never rejects. */
  async families(): Promise<MetricFamily[]> {
    if (this.#last === undefined || performance.now() >= this.#last.staleAt) {
      this.#counting ??= this.#count().finally(() => {
        this.#counting = undefined;
      });
      await atMost(patienceMs, this.#counting);
    }
    return this.#last === undefined ? [] : familiesOf(this.#last.inventory, (performance.now() - this.#last.at) / 1000);
  }

  async #count(): Promise<void> {
    const startedAt = performance.now();
    try {
      const inventory = await this.#store.countContent();
      const at = performance.now();
      this.#last = { inventory, at, staleAt: at + Math.max(freshMs, rest * (at - startedAt)) };
      this.#failed = false;
    } catch (error) {
      // Asked for every few seconds: once says enough.
      if (!this.#failed) this.#logger.warn('The content could not be counted for metrics; they show the last count.', { error });
      this.#failed = true;
    }
  }
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}

function familiesOf(inventory: Inventory, ageSeconds: number): MetricFamily[] {
  const { repositories, manifests, tags, uploads, stores, events } = inventory;
  const gauge = (name: string, help: string, value: number) => singleValue({ name, help, type: 'gauge', merge: 'max' }, value);
  const perStore = (name: string, help: string, type: MetricFamily['type'], figure: 'blobs' | 'bytes'): MetricFamily => ({
    ...{ name, help, type, merge: 'max' },
    samples: stores.map((store) => [`${name}${labelsOf({ store: store.store })}`, store[figure]]),
  });
  const oldest = events.oldestAt === undefined ? 0 : Math.max(0, Date.now() - events.oldestAt) / 1000;
  // Both names are older than the naming rules of Prometheus, which keep `_total` for counters and `_count` for histograms.
  const images = { name: 'registry_image_count', help: 'Manifests stored: images, indexes and artifacts.', type: 'untyped' } as const;
  return [
    perStore('registry_storage_bytes_total', 'Bytes of stored blobs. Goes down too: not a counter.', 'untyped', 'bytes'),
    perStore('registry_blobs', 'Blobs stored.', 'gauge', 'blobs'),
    singleValue({ ...images, merge: 'max' }, manifests),
    gauge('registry_repositories', 'Repositories, empty ones too.', repositories),
    gauge('registry_tags', 'Tags.', tags),
    gauge('registry_uploads_open', 'Uploads that are neither finished nor given up.', uploads),
    gauge('registry_outbox_events', 'Events that are not delivered to every subscriber yet.', events.waiting),
    gauge('registry_outbox_oldest_seconds', 'Age of the oldest such event; 0 without one.', oldest),
    gauge('registry_inventory_age_seconds', 'How long ago the figures of content were counted.', ageSeconds),
  ];
}
