import { parseArgs } from 'node:util';
import type { LongshoreSettings } from './contender.ts';
import type { Row } from './row.ts';
import { rows } from './rows.ts';

export interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly Row[];
  /** Longshore takes part once for each. */
  readonly longshores: readonly LongshoreSettings[];
}

const ids = (long: boolean): string =>
  rows
    .filter((row) => (row.long ?? false) === long)
    .map(({ id }) => id)
    .join(', ');

/** How the bench is called. */
export const usage = `usage: npm run bench -- [options]

  --rounds N          how often everything is measured; the tables show medians (3)
  --seconds N         how long each load lasts (3)
  --only ROW          measure this only, may be repeated: ${ids(false)}
                      or one that takes longer and is not in the default run: ${ids(true)}
  --durability WORD   of Longshore: full or relaxed, or both as full,relaxed (full)
  --workers N|auto    processes of Longshore, or several settings as auto,1 (1)
  --help              this text

BENCH_PEER=NAME|PATH|URL[,...] measures other registries in the same run: docker-registry, distribution, zot, a path
of one of them, an address, or the folder of another checkout of Longshore (what did a change bring?). Ratios are of the first
column to each other. Progress goes to standard error, the tables to standard output.

examples:
  npm run bench
  BENCH_PEER=/opt/bin/distribution,/opt/bin/zot npm run bench -- --durability full,relaxed
  npm run bench -- --workers auto,1 --only manifest --only push`;

/** Reads the command line; throws an error that says what is wrong with it. */
export function parseBenchOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '3' },
      only: { type: 'string', multiple: true, default: [] },
      durability: { type: 'string', default: 'full' },
      workers: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const unknown = values.only.filter((id) => rows.every((row) => row.id !== id));
  if (unknown.length > 0) throw new Error(`--only: there is no row ${unknown.join(', ')}`);
  const durabilities = values.durability.split(',').map(readDurability);
  const workers = values.workers.split(',').map((text) => (text === 'auto' ? text : String(wholeNumber('--workers', text))));
  return {
    rounds: wholeNumber('--rounds', values.rounds),
    seconds: wholeNumber('--seconds', values.seconds),
    rows: rows.filter(({ id, long }) => (values.only.length === 0 ? long !== true : values.only.includes(id))),
    longshores: durabilities.flatMap((durability) => workers.map((each) => ({ durability, workers: each }))),
  };
}

function readDurability(word: string): LongshoreSettings['durability'] {
  if (word !== 'full' && word !== 'relaxed') throw new Error(`--durability is full or relaxed, not ${word}`);
  return word;
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${option} is a whole number from 1, not ${text}`);
  return number;
}
