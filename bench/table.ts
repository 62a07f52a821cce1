import type { Contender } from './contender.ts';
import type { Figure } from './row.ts';

/** All rounds' values of the figures of one contender, by the figure's name, in the order of the rows. */
export type Results = Map<string, { readonly figure: Figure; readonly values: number[] }>;

/** A contender and what was measured of it. */
export interface Measured {
  readonly contender: Pick<Contender, 'name' | 'version' | 'durability'>;
  readonly results: Results;
  /** Where its time went, as Markdown; empty without profiles. */
  readonly profiles: string;
}

const titles: Readonly<Record<Figure['kind'], string>> = {
  rate: 'Rates: more is better',
  cost: 'Costs (of the processor, unless it says otherwise): less is better',
  client: 'Processor time of the writing client, which belongs to no contender',
};

/** Adds one round's figures. */
export function collect(results: Results, figures: readonly Figure[]): void {
  for (const figure of figures) {
    const key = `${figure.kind} ${figure.name}`;
    const entry = results.get(key) ?? { figure, values: [] };
    results.set(key, entry);
    if (figure.value !== undefined) entry.values.push(figure.value);
  }
}

/**
 * Markdown tables, one for each kind of figure: medians with the lowest and the highest round in brackets, and how many times better
 * the first contender is than each other, by the medians.
 */
export function renderTables(measured: readonly Measured[]): string {
  const kinds = Object.keys(titles) as Figure['kind'][];
  return kinds.flatMap((kind) => renderTable(kind, measured)).join('\n\n');
}

function renderTable(kind: Figure['kind'], measured: readonly Measured[]): string[] {
  const [own, ...others] = measured;
  const rows = [...(own?.results ?? [])].filter(([, { figure }]) => figure.kind === kind);
  if (rows.length === 0) return [];
  const compared = kind === 'client' ? [] : others;
  const head = ['work', ...measured.map(({ contender }) => contender.name), ...compared.map(({ contender }) => `x ${contender.name}`)];
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:'))];
  for (const [key, { figure, values }] of rows) {
    const cells = measured.map(({ contender, results }) =>
      cell(results.get(key)?.values ?? [], figure.written && contender.durability.label),
    );
    const ratios = compared.map(({ results }) => ratio(kind, values, results.get(key)?.values ?? []));
    lines.push([figure.name, ...cells, ...ratios]);
  }
  return [`${titles[kind]}\n\n${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}`];
}

function cell(values: readonly number[], remark: string | false | undefined): string {
  if (values.length === 0) return 'none';
  const range = values.length === 1 ? '' : ` (${round(Math.min(...values))}-${round(Math.max(...values))})`;
  return `${round(median(values))}${range}${remark ? `, ${remark}` : ''}`;
}

/** How many times better the first is. */
function ratio(kind: Figure['kind'], own: readonly number[], other: readonly number[]): string {
  if (own.length === 0 || other.length === 0) return '-';
  const times = median(own) / median(other);
  return (kind === 'rate' ? times : 1 / times).toFixed(2);
}

/** The middle value, or the mean of the two in the middle; not a number when there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The smallest value that at least this share (0 to 1) of all values does not exceed; not a number when there is none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function round(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
}
