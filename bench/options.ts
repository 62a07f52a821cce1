import { parseArgs } from 'node:util';
import type { LongshoreSettings } from './contender.ts';
import { type Row, rows } from './rows.ts';

export interface BenchOptions extends LongshoreSettings {
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly Row[];
}

/** How the bench is called. */
export const usage = `usage: npm run bench -- [--rounds N] [--seconds N] [--only ROW]... [--durability full|relaxed] [--workers N|auto]

  --rounds      how often everything is measured; the table shows medians (3)
  --seconds     how long each load lasts (5)
  --only        measure this row only, may be repeated: ${rows.map(({ id }) => id).join(', ')}
  --durability  of Longshore (full)
  --workers     processes of Longshore (1)

BENCH_PEER=NAME|PATH|URL measures another registry in the same run: docker-registry, distribution, zot, or an address.`;

/** Reads the command line; throws an error that says what is wrong with it. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      only: { type: 'string', multiple: true, default: [] },
      durability: { type: 'string', default: 'full' },
      workers: { type: 'string', default: '1' },
    },
  });
  const { durability, only, workers } = values;
  if (durability !== 'full' && durability !== 'relaxed') throw new Error(`--durability is full or relaxed, not ${durability}`);
  if (workers !== 'auto') wholeNumber('--workers', workers);
  const unknown = only.filter((id) => rows.every((row) => row.id !== id));
  if (unknown.length > 0) throw new Error(`--only: there is no row ${unknown.join(', ')}`);
  return {
    rounds: wholeNumber('--rounds', values.rounds),
    seconds: wholeNumber('--seconds', values.seconds),
    rows: only.length === 0 ? rows : rows.filter(({ id }) => only.includes(id)),
    durability,
    workers,
  };
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${option} is a whole number from 1, not ${text}`);
  return number;
}
