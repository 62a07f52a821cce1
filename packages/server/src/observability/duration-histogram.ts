import { labelsOf, type MetricFamily, type Sample } from './metric-family.ts';

/** How long something of one kind took, each time. Observing is a few additions. */
export class Durations {
  readonly #bounds: readonly number[];
  /** Per bound, not yet added up; the last is what is beyond all. */
  readonly #counts: number[];
  #sum = 0;

  /** `bounds`: upper ends of the buckets in seconds, ascending. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && seconds > (this.#bounds[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** The series of this kind in the histogram `name`. */
  samples(name: string, labels: Readonly<Record<string, string | number>>): Sample[] {
    const samples: Sample[] = [];
    let total = 0;
    this.#counts.forEach((count, bucket) => {
      total += count;
      samples.push([`${name}_bucket${labelsOf({ ...labels, le: this.#bounds[bucket] ?? '+Inf' })}`, total]);
    });
    samples.push([`${name}_sum${labelsOf(labels)}`, this.#sum], [`${name}_count${labelsOf(labels)}`, total]);
    return samples;
  }
}

/** The family that holds such series. */
export function histogramFamily(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, help, type: 'histogram', merge: 'sum', samples };
}
