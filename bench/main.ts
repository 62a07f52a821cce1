// npm run bench: Longshore's speed beside that of another registry (docs/performance.md).
import { availableParallelism, cpus } from 'node:os';
import { type Contender, longshore, peer } from './contender.ts';
import { type BenchOptions, parseBenchOptions, usage } from './options.ts';
import { runBench } from './run-bench.ts';
import { renderTable } from './table.ts';
import { wrkPath } from './wrk.ts';

function readCommandLine(): { options: BenchOptions; contenders: Contender[] } {
  try {
    wrkPath();
    const options = parseBenchOptions(process.argv.slice(2));
    const named = process.env['BENCH_PEER'];
    return { options, contenders: [longshore(options), ...(named ? [peer(named)] : [])] };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

// A signal alone would leave the servers running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const { options, contenders } = readCommandLine();
const results = await runBench(contenders, options, (line) => console.error(line));
console.log(
  `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), load generator on the same machine.`,
);
console.log(`Medians of ${options.rounds} rounds of ${options.seconds} s (lowest-highest).`);
for (const { name, durability } of contenders) console.log(`Durability of every push of ${name}: ${durability}.`);
console.log(`\n${renderTable(results)}`);
