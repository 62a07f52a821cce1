import { KeptAnswer } from '../registry/kept-answer.ts';
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
  readonly #counted: KeptAnswer<Inventory>;

  constructor(store: InventoryStore, logger: Logger) {
    const failure = 'The content could not be counted for metrics; they show the last count.';
    this.#counted = new KeptAnswer({ ask: () => store.countContent(), freshMs, rest, failure, logger, clock: Date.now });
  }

  /** Nothing when there has been no count yet. Never rejects. */
  async families(): Promise<MetricFamily[]> {
    const counted = await this.#counted.within(patienceMs);
    return counted === undefined ? [] : familiesOf(counted.value, Math.max(0, Date.now() - counted.at) / 1000);
  }
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
