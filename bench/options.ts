import { parseArgs } from 'node:util';
import type { LongshoreSettings } from './contender.ts';
import { rows } from './rows.ts';
import type { Plan } from './run-bench.ts';
import { scaleRows } from './scale-rows.ts';

export interface BenchOptions extends Plan {
  /** Longshore takes part once for each. */
  readonly longshores: readonly LongshoreSettings[];
  /** Where other registries keep their blobs, and other checkouts of Longshore the rest. */
  readonly peers: Pick<LongshoreSettings, 'store' | 'metadata'>;
  /** Whether every contender takes part a second time, with a million tags. */
  readonly scale: boolean;
  /** What an address of the management API holds that is measured, instead of rows; all when empty. */
  readonly api: readonly string[] | undefined;
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
  --scale             Longshore with 10,001 repositories and 1,000,000 tags beside itself with 201 and 3,200: what must not
                      depend on it; some minutes for the load first. Rows: ${scaleRows.map(({ id }) => id).join(', ')}
  --durability WORD   of Longshore: full or relaxed, or both as full,relaxed (full)
  --api               every list, search and filter of the management API instead, with 10,000 projects, 100,000 repositories and
                      1,000,000 tags; with --only TEXT those whose address has the text
  --metadata WORD     where Longshore keeps names and tags: sqlite or postgres, or both as postgres,sqlite (sqlite); a PostgreSQL of
                      its own is started. With --scale PostgreSQL has 100,001 repositories and 1,000,000 tags in one of them
  --store WORD        where blobs are kept: filesystem or s3, or both as s3,filesystem (filesystem). With s3 a Ceph RGW with its
                      objects in memory is started, other registries keep theirs there too, and the AWS SDK alone takes part
  --workers N|auto    processes of Longshore, or several settings as auto,1 (1)
  --profile           also where the time of Longshore's main threads went; figures are then of a slower server
  --help              this text

BENCH_PEER=NAME|PATH|URL[,...] measures other registries in the same run: docker-registry, distribution, zot, a path
of one of them, an address, or the folder of another checkout of Longshore (what did a change bring?). Ratios are of the first
column to each other. Progress goes to standard error, the tables to standard output.

examples:
  npm run bench
  BENCH_PEER=/opt/bin/distribution,/opt/bin/zot npm run bench -- --durability full,relaxed
  npm run bench -- --scale
  npm run bench -- --api --metadata sqlite,postgres
  npm run bench -- --metadata postgres,sqlite --only manifest --only manifest-digest --only push
  BENCH_PEER=distribution npm run bench -- --store s3 --only push --only upload --only large-blob --only redirect
  npm run bench -- --profile --rounds 1 --seconds 10 --only manifest
  npm run bench -- --workers auto,1 --only manifest --only push
  npm run bench -- --only pull-latency --only slow-clients
  npm run bench -- --only stalls --rounds 1`;

/** Reads the command line; throws an error that says what is wrong with it. */
export function parseBenchOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '3' },
      only: { type: 'string', multiple: true, default: [] },
      durability: { type: 'string', default: 'full' },
      metadata: { type: 'string', default: 'sqlite' },
      store: { type: 'string', default: 'filesystem' },
      workers: { type: 'string', default: '1' },
      scale: { type: 'boolean', default: false },
      api: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const candidates = values.scale ? scaleRows : rows;
  const unknown = values.only.filter((id) => candidates.every((row) => row.id !== id));
  if (unknown.length > 0 && !values.api) throw new Error(`--only: there is no row ${unknown.join(', ')}`);
  const durabilities = values.durability.split(',').map((word) => oneOf('--durability', ['full', 'relaxed'] as const, word));
  const databases = values.metadata.split(',').map((word) => oneOf('--metadata', ['sqlite', 'postgres'] as const, word));
  const stores = values.store.split(',').map((word) => oneOf('--store', ['filesystem', 's3'] as const, word));
  const workers = values.workers.split(',').map((text) => (text === 'auto' ? text : String(wholeNumber('--workers', text))));
  return {
    rounds: wholeNumber('--rounds', values.rounds),
    seconds: wholeNumber('--seconds', values.seconds),
    rows: candidates.filter(({ id, long }) => (values.only.length === 0 ? long !== true : values.only.includes(id))),
    longshores: stores.flatMap((store) =>
      databases.flatMap((metadata) =>
        durabilities.flatMap((durability) => workers.map((each) => ({ durability, workers: each, metadata, store }))),
      ),
    ),
    peers: {
      store: stores.includes('s3') ? 's3' : 'filesystem',
      metadata: databases.includes('sqlite') ? 'sqlite' : 'postgres',
    },
    scale: values.scale,
    api: values.api ? values.only : undefined,
    profile: values.profile,
  };
}

function oneOf<Word extends string>(option: string, [first, second]: readonly [Word, Word], word: string): Word {
  if (word === first) return first;
  if (word === second) return second;
  throw new Error(`${option} is ${first} or ${second}, not ${word}`);
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${option} is a whole number from 1, not ${text}`);
  return number;
}
