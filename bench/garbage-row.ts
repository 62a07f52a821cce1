import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RegistrySize } from '../packages/server/src/metadata/large-registry-bench.ts';
import type { StartChanges } from './contender.ts';
import { generateRegistry } from './generated-registry.ts';
import { residentMegabytes, takePeakMegabytes } from './process-usage.ts';
import { cost, type Figure, type Row, rate, type Subject } from './row.ts';
import type { RunningServer } from './server-process.ts';
import { watchStalls } from './stall-watch.ts';
import { SteadyPushes } from './steady-pushes.ts';

/** 700,000 blobs are needed by the manifests. */
const size: RegistrySize = { projects: 100, repositories: 1000, manifests: 350_000, blobs: 1_000_000, tags: 200_000, tagsInFirst: 0 };
const pushesPerSecond = 20;
const starts = 3;
/** As long as pushes need by far, and short enough that the files, which cannot be made to look older, are older soon. */
const graceHours = 0.01;
const restMs = 15_000;
const limitMs = 30 * 60_000;
const finished = 'Garbage collection finished.';

/** What a million blobs, of which three in ten are garbage, mean for starts, and the collection for pushes and memory. */
async function measure({ contender, directory }: Subject): Promise<Figure[]> {
  if (!contender.isLongshore) return [];
  const home = join(directory, 'garbage');
  await mkdir(home);
  const start = (changes?: StartChanges): Promise<RunningServer> => contender.start(home, changes);
  // The first one makes the database.
  await (await start()).stop();
  const empty = await startTimes(start);
  await generateRegistry(contender, home, size);
  const full = await startTimes(start);
  await delay(graceHours * 60 * 60_000);
  const collection = await collect(home, start);
  await rm(home, { recursive: true });
  return [
    ...empty.map((ms) => cost('start to first answer with nothing stored, ms', ms)),
    ...full.map((ms) => cost('start to first answer with a million blobs, ms', ms)),
    ...collection,
  ];
}

async function startTimes(start: () => Promise<RunningServer>): Promise<number[]> {
  const times: number[] = [];
  while (times.length < starts) {
    const server = await start();
    times.push(server.firstAnswerMs);
    await server.stop();
  }
  return times;
}

async function collect(home: string, start: (changes: StartChanges) => Promise<RunningServer>): Promise<Figure[]> {
  const startsAt = new Date(Math.ceil((Date.now() + 2 * restMs) / 60_000) * 60_000);
  const schedule = `${startsAt.getMinutes()} ${startsAt.getHours()} * * *`;
  const watch = await watchStalls(home, ['--gc-schedule', schedule, '--gc-grace-hours', String(graceHours)]);
  const server = await start(watch.changes);
  const memory = (measureIt: (pid: number) => number): number | undefined => server.pid && measureIt(server.pid);
  try {
    const quiet = new SteadyPushes(server.url, pushesPerSecond, 'bench/before');
    await delay(startsAt.getTime() - Date.now() - 1000);
    const before = await quiet.stop();
    const resident = memory(residentMegabytes);
    memory(takePeakMegabytes);
    await watch.takeLongest();
    const pushes = new SteadyPushes(server.url, pushesPerSecond, 'bench/meanwhile');
    const report = await reportOf(join(home, 'server.log'));
    const seconds = (Date.parse(report.time) - startsAt.getTime()) / 1000;
    const during = await pushes.stop();
    const [longestStall, peak] = [await watch.takeLongest(), memory(takePeakMegabytes)];
    for (const refusal of new Set([...before.refused, ...during.refused])) console.error(refusal);
    await pushes.requireAll();
    if (report.failed > 0 || report.blobs !== size.blobs - 2 * size.manifests)
      throw new Error(`not all was collected: ${JSON.stringify(report)}`);
    return [
      rate('garbage removed, blobs/s', report.blobs / seconds),
      rate(`pushes meanwhile (${pushesPerSecond} asked for), images/s`, during.done / during.seconds),
      cost('collection of 300,000 of 1,000,000 blobs, s of waiting', seconds),
      cost('pushes refused meanwhile, number', during.refused.length),
      cost('a push before the collection, p99, ms of waiting', before.p99Ms),
      cost('a push meanwhile, p99, ms of waiting', during.p99Ms),
      cost('a push meanwhile, longest, ms of waiting', during.longestMs),
      cost('longest stall of the event loop meanwhile, ms', longestStall),
      cost('resident memory before the collection, MB', resident),
      cost('resident memory during the collection (peak), MB', peak),
    ];
  } finally {
    await server.stop();
  }
}

interface LoggedReport {
  /** ISO 8601. */
  readonly time: string;
  readonly blobs: number;
  readonly failed: number;
}

async function reportOf(log: string): Promise<LoggedReport> {
  for (const end = performance.now() + limitMs; performance.now() < end; await delay(200)) {
    const line = (await readFile(log, 'utf8')).split('\n').find((text) => text.includes(finished));
    if (line !== undefined) return JSON.parse(line);
  }
  throw new Error(`no garbage collection ended within ${limitMs / 60_000} minutes`);
}

/** `--only garbage`. */
export const garbageRow: Row = { id: 'garbage', long: true, measure };
