// npm run bench: Longshore's speed beside that of other registries (docs/performance.md).
import { availableParallelism, cpus } from 'node:os';
import { benchApi, type MeasuredList, renderLists } from './api-bench.ts';
import { BackingServices } from './backing-services.ts';
import { bareSdk } from './bare-sdk.ts';
import { type Contender, longshore } from './contender.ts';
import { manyTags, millionTags, ordinarySize, smallSize } from './content-size.ts';
import { type BenchOptions, parseBenchOptions, usage } from './options.ts';
import { peer } from './peer.ts';
import { type Entry, runBench } from './run-bench.ts';
import { type Measured, renderTables } from './table.ts';
import { wrkPath } from './wrk.ts';

function readCommandLine(services: BackingServices): { options: BenchOptions; entries: Entry[] } {
  try {
    const options = parseBenchOptions(process.argv.slice(2));
    if (options === 'help') {
      console.log(usage);
      process.exit(0);
    }
    wrkPath();
    const peers = (process.env['BENCH_PEER'] ?? '').split(',').filter(Boolean);
    const contenders = [
      ...options.longshores.map((settings) => longshore(settings, services)),
      ...peers.map((each) => peer(each, services, options.peers)),
    ];
    const others = contenders.filter(({ isLongshore }) => options.scale && !isLongshore).map(({ name }) => name);
    if (others.length > 0) throw new Error(`--scale is without ${others.join(', ')}: a million tags need a PUT that takes several`);
    const inS3 = options.peers.store === 's3';
    const ordinary = contenders.map((contender) => ({ contender, size: inS3 ? smallSize : ordinarySize }));
    if (inS3) ordinary.push({ contender: bareSdk(services.gateway), size: smallSize });
    return { options, entries: options.scale ? [...contenders.map(withMillionTags), ...ordinary] : ordinary };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

function withMillionTags(contender: Contender): Entry {
  const size = contender.databaseOf === undefined ? millionTags : manyTags;
  return { contender: { ...contender, name: `${contender.name} with a million tags` }, size };
}

function print(measured: readonly Measured[], { rounds, seconds }: BenchOptions): void {
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), load generator on the same machine.`,
  );
  console.log(`Medians of ${rounds} rounds of ${seconds} s (lowest-highest); x: how many times better the first column is.\n`);
  for (const { name, version, durability } of measured.map(({ contender }) => contender)) {
    console.log(`- ${name}${version === undefined ? '' : ` (${version})`}; durability of a push: ${durability.explanation}`);
  }
  console.log(`\n${renderTables(measured)}`);
  for (const { contender, profiles } of measured) if (profiles !== '') console.log(`\nOf ${contender.name}:\n\n${profiles}`);
}

async function measureApi(taking: readonly Entry[], only: readonly string[]): Promise<void> {
  const lists: MeasuredList[] = [];
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.log(renderLists(lists));
      void services.stop().finally(() => process.exit(1));
    });
  }
  try {
    for (const { contender } of taking) await benchApi(contender, only, lists, (line) => console.error(line));
  } finally {
    console.log(renderLists(lists));
    await services.stop();
  }
}

const services = new BackingServices();
const { options, entries } = readCommandLine(services);
if (options.api !== undefined) {
  await measureApi(entries, options.api);
  process.exit(0);
}
const measured: Measured[] = [];
// A signal alone would leave the servers running, and lose what is measured already.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    print(measured, options);
    void services.stop().finally(() => process.exit(1));
  });
}
const others = await runBench(entries, options, measured, (line) => console.error(line)).finally(() => services.stop());
print(measured, options);
console.log(
  `\nBetween the rows, other work kept ${others.toFixed(1)} processors busy${others > 0.2 ? ': measure again on a quiet machine' : ''}.`,
);
