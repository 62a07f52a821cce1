import { labelsOf, type MetricFamily } from './metric-family.ts';

/** A number that only grows, in all or by the value of one label from a small set. */
export class Counter {
  readonly #family: Omit<MetricFamily, 'samples'>;
  readonly #label: string | undefined;
  readonly #values = new Map<string, number>();

  /** `values`: those of the label that are shown from the start, so that the first event is seen as a rise. */
  constructor(name: string, help: string, label: string | undefined, values: readonly string[] = []) {
    this.#family = { name, help, type: 'counter', merge: 'sum' };
    this.#label = label;
    for (const value of label === undefined ? [''] : values) this.#values.set(value, 0);
  }

  /** `value`: of the label; empty when there is none. */
  add(value: string, amount = 1): void {
    this.#values.set(value, (this.#values.get(value) ?? 0) + amount);
  }

  family(): MetricFamily {
    const { name } = this.#family;
    const label = this.#label;
    return {
      ...this.#family,
      samples: [...this.#values].map(([value, count]) => [`${name}${label === undefined ? '' : labelsOf({ [label]: value })}`, count]),
    };
  }
}
