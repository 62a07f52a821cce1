/** One metric with all its series, as plain data that can cross processes. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  /** `untyped`: what Prometheus shall draw no conclusion from. */
  readonly type: 'counter' | 'gauge' | 'histogram' | 'untyped';
  /** How the values of several processes become one. */
  readonly merge: 'sum' | 'max' | 'min';
  readonly samples: readonly Sample[];
}

/** A series, as it is written (`name{label="value"}`), and its value. */
export type Sample = readonly [series: string, value: number];

/** The media type of `renderFamilies`. */
export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Labels as they are written after a name; values are escaped. */
export function labelsOf(labels: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${String(value).replace(/[\\"\n]/g, escapeCharacter)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeCharacter(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

/** The Prometheus text format. */
export function renderFamilies(families: readonly MetricFamily[]): string {
  const lines: string[] = [];
  for (const { name, help, type, samples } of families) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [series, value] of samples) lines.push(`${series} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

/** What several processes said, as if one had: each series by the rule of its family. */
export function mergeFamilies(parts: readonly (readonly MetricFamily[])[]): MetricFamily[] {
  const merged = new Map<string, { family: MetricFamily; values: Map<string, number> }>();
  for (const family of parts.flat()) {
    const known = merged.get(family.name);
    if (known === undefined) {
      merged.set(family.name, { family, values: new Map(family.samples) });
      continue;
    }
    for (const [series, value] of family.samples) {
      const before = known.values.get(series);
      known.values.set(series, before === undefined ? value : combine[family.merge](before, value));
    }
  }
  return [...merged.values()].map(({ family, values }) => ({ ...family, samples: [...values] }));
}

const combine: Record<MetricFamily['merge'], (left: number, right: number) => number> = {
  sum: (left, right) => left + right,
  max: Math.max,
  min: Math.min,
};

/** What of a process that has ended still counts: counters must never go down, gauges are gone with it. */
export function lastingFamilies(families: readonly MetricFamily[]): MetricFamily[] {
  return families.filter(({ type }) => type === 'counter' || type === 'histogram');
}

/** A family with one value and no labels. */
export function singleValue(family: Omit<MetricFamily, 'samples'>, value: number): MetricFamily {
  return { ...family, samples: [[family.name, value]] };
}
