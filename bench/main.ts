// npm run bench: Longshore's speed beside that of other registries (docs/performance.md).
import { availableParallelism, cpus } from 'node:os';
import { type Contender, longshore, peer } from './contender.ts';
import { type BenchOptions, parseBenchOptions, usage } from './options.ts';
import { runBench } from './run-bench.ts';
import { renderTables } from './table.ts';
import { wrkPath } from './wrk.ts';

function readCommandLine(): { options: BenchOptions; contenders: Contender[] } {
  try {
    const options = parseBenchOptions(process.argv.slice(2));
    if (options === 'help') {
      console.log(usage);
      process.exit(0);
    }
    wrkPath();
    const peers = (process.env['BENCH_PEER'] ?? '').split(',').filter(Boolean);
    return { options, contenders: [...options.longshores.map((settings) => longshore(settings)), ...peers.map(peer)] };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

// A signal alone would leave the servers running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const { options, contenders } = readCommandLine();
const measured = await runBench(contenders, options, (line) => console.error(line));
console.log(
  `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), load generator on the same machine.`,
);
console.log(
  `Medians of ${options.rounds} rounds of ${options.seconds} s (lowest-highest); x: how many times better the first column is.\n`,
);
for (const { name, version, durability } of contenders) {
  console.log(`- ${name}${version === undefined ? '' : ` (${version})`}; durability of a push: ${durability.explanation}`);
}
console.log(`\n${renderTables(measured)}`);
