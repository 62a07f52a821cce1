import type { WriteObserver } from '../registry/ports/write-observer.ts';
import { Durations, histogramFamily } from './duration-histogram.ts';
import { type MetricFamily, singleValue } from './metric-family.ts';

/** From a commit without waiting for the disk to one that waits for another process. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** Counts how writes to the metadata go. */
export class WriteMetrics implements WriteObserver {
  readonly #writes = new Durations(bounds);
  readonly #commits = new Durations(bounds);
  #waiting = 0;
  #committed = 0;

  begun(): void {
    this.#waiting += 1;
  }

  ended(seconds: number): void {
    this.#waiting -= 1;
    this.#writes.observe(seconds);
  }

  committed(writes: number, seconds: number): void {
    this.#committed += writes;
    this.#commits.observe(seconds);
  }

  families(): MetricFamily[] {
    const [write, commit, total] = [
      'registry_write_duration_seconds',
      'registry_commit_duration_seconds',
      'registry_committed_writes_total',
    ] as const;
    const waiting = { name: 'registry_writes_waiting', help: 'Writes to the metadata that are not committed yet.' } as const;
    return [
      histogramFamily(write, 'Time of a write to the metadata with its waiting.', this.#writes.samples(write, {})),
      histogramFamily(commit, 'Time of a transaction of the SQLite writer.', this.#commits.samples(commit, {})),
      singleValue({ name: total, help: 'Writes in such transactions.', type: 'counter', merge: 'sum' }, this.#committed),
      singleValue({ ...waiting, type: 'gauge', merge: 'sum' }, this.#waiting),
    ];
  }
}
