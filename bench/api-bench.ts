import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOfNumber, type RegistrySize, registryRows } from '../packages/server/src/metadata/large-registry-bench.ts';
import { type TenancySize, tenancyRows } from '../packages/server/src/metadata/large-tenancy-bench.ts';
import { type ListPlan, type ListQuery, listPlans, type Person } from './api-lists.ts';
import { ApiLoad, type Latency } from './api-load.ts';
import type { Contender } from './contender.ts';
import { fillDatabase } from './generated-registry.ts';
import type { RunningServer } from './server-process.ts';
import { type StallWatch, watchStalls } from './stall-watch.ts';

const content: RegistrySize = {
  projects: 10_000,
  repositories: 100_000,
  manifests: 100_000,
  blobs: 200_000,
  tags: 900_000,
  tagsInFirst: 100_000,
};
const tenants: TenancySize = {
  projects: content.projects,
  users: 2000,
  groups: 200,
  robots: 2000,
  repositoriesInFirst: 10_000,
  manifestsInFirst: 20_000,
  auditEntries: 1_000_000,
  deliveries: 100_000,
  promotions: 20_000,
  jobs: 20_000,
};
const dayMs = 24 * 60 * 60_000;

/** What was measured of one address. */
export interface MeasuredList extends Latency {
  readonly contender: string;
  readonly person: Person;
  readonly open: boolean;
  readonly query: ListQuery;
  readonly isLate: boolean;
  /** Of SQLite, whose lists are read in the process that answers: how long the event loop stood still at most, in milliseconds. */
  readonly stallMs: number | undefined;
}

/**
 * Fills a registry with ten thousand projects, a hundred thousand repositories and a million tags, and measures every list of the
 * management API for each kind of person (`bench/api-lists.ts`), into `measured`. What could not be asked is told and left out.
 */
export async function benchApi(
  contender: Contender,
  only: readonly string[],
  measured: MeasuredList[],
  report: (line: string) => void,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-api-bench-'));
  try {
    await mkdir(join(directory, 'data'));
    const at = Date.now() - dayMs;
    // The first start makes the database.
    await (await contender.start(directory)).stop();
    report(`filling ${contender.name}`);
    await fillDatabase(contender, directory, (dialect) => [...registryRows(dialect, content, at), ...tenancyRows(dialect, tenants, at)]);
    const digest = (n: number) => `sha256:${digestOfNumber(n).toString('hex')}`;
    const blobs = { everywhere: digest(0), hidden: digest(9), nowhere: digest(-1) };
    const plans = listPlans({ at, auditEntries: tenants.auditEntries, blobs });
    for (const open of [false, true]) {
      if (open) await fillDatabase(contender, directory, () => ["update projects set visibility = 'public'"]);
      const settings = ['--anonymous', open ? 'pull' : 'none', '--log-level', 'error'];
      const watch = contender.databaseOf === undefined ? await watchStalls(directory) : undefined;
      const server = await contender.start(directory, { nodeArguments: [], environment: {}, ...watch?.changes, settings });
      const of = { contender, server, watch, only, measured, report };
      for (const plan of plans) if (plan.open === open) await benchPlan(of, plan);
      await server.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface ListBench {
  readonly contender: Contender;
  readonly server: RunningServer;
  readonly watch: StallWatch | undefined;
  readonly only: readonly string[];
  readonly measured: MeasuredList[];
  readonly report: (line: string) => void;
}

async function benchPlan(
  { contender, server, watch, only, measured, report }: ListBench,
  { person, open, queries }: ListPlan,
): Promise<void> {
  const load = new ApiLoad(server.url, person);
  report(`${contender.name}: ${names[person]}`);
  for (const query of queries.filter(({ path }) => only.length === 0 || only.some((text) => path.includes(text)))) {
    for (const isLate of [false, true]) {
      try {
        const asked = isLate ? query.late !== undefined && (await load.lateOf(query)) : query;
        if (asked) measured.push({ contender: contender.name, person, open, query, isLate, ...(await measureOne(load, asked, watch)) });
      } catch (error) {
        report(`not measured: ${query.path}: ${String(error)}`);
      }
    }
  }
  load.close();
}

async function measureOne(
  load: ApiLoad,
  query: ListQuery,
  watch: StallWatch | undefined,
): Promise<Latency & { stallMs: number | undefined }> {
  await load.ask(query);
  await watch?.takeLongest();
  const latency = await load.measure(query);
  return { ...latency, stallMs: await watch?.takeLongest() };
}

/** What was measured, the slowest first, as a Markdown table. */
export function renderLists(measured: readonly MeasuredList[]): string {
  const head = ['database', 'who', 'projects', 'what', 'p50 ms', 'p95 ms', 'p99 ms', 'p95 of 4 at once', 'longest stall ms'];
  const figure = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(1));
  const lines = measured
    .toSorted((a, b) => b.p95 - a.p95)
    .map(({ contender, person, open, query, isLate, p50, p95, p99, p95AtOnce, stallMs }) => [
      ...[contender, names[person], open ? 'public' : 'private'],
      `${query.method === undefined ? '' : `${query.method} `}${decodeURIComponent(query.path).slice(0, 100)}${isLate ? ' (late page)' : ''}`,
      ...[p50, p95, p99, p95AtOnce, stallMs].map(figure),
    ]);
  return [head, head.map((_, column) => (column < 4 ? '---' : '---:')), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

const names: Readonly<Record<Person, string>> = {
  administrator: 'administrator',
  memberOf5: 'member of 5',
  memberOf1000: 'member of 1,000',
  stranger: 'user without roles',
  everybody: 'anonymous',
};
