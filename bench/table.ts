import type { Figure } from './rows.ts';

/** All rounds' values of the figures of one contender, by the figure's name and in the order of the rows. */
export type Results = Map<string, { readonly better: Figure['better']; readonly values: number[] }>;

/** Adds one round's figures. */
export function collect(results: Results, figures: readonly Figure[]): void {
  for (const { name, better, value } of figures) {
    const entry = results.get(name) ?? { better, values: [] };
    results.set(name, entry);
    if (value !== undefined) entry.values.push(value);
  }
}

/** A Markdown table: medians with the lowest and the highest round in brackets; with two contenders, the ratio of the medians. */
export function renderTable(contenders: readonly { readonly name: string; readonly results: Results }[]): string {
  const [own, other] = contenders;
  if (own === undefined) return '';
  const head = ['work', ...contenders.map(({ name }) => name), ...(other === undefined ? [] : [`times better than ${other.name}`])];
  const lines = [head, head.map(() => '---')];
  for (const [name, { better, values }] of own.results) {
    const cells = contenders.map(({ results }) => cell(results.get(name)?.values ?? []));
    if (other !== undefined) cells.push(ratio(better, values, other.results.get(name)?.values ?? []));
    lines.push([better === 'less' ? `${name} (less is better)` : name, ...cells]);
  }
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function cell(values: readonly number[]): string {
  if (values.length === 0) return 'none';
  return `${round(median(values))} (${round(Math.min(...values))}-${round(Math.max(...values))})`;
}

function ratio(better: Figure['better'], own: readonly number[], other: readonly number[]): string {
  if (own.length === 0 || other.length === 0) return '-';
  const times = median(own) / median(other);
  return (better === 'more' ? times : 1 / times).toFixed(2);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

function round(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
}
