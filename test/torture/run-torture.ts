import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegistryClient } from '../crash/registry-client.ts';
import { walkRegistry } from '../crash/registry-walk.ts';
import type { Arena, ArenaTerms } from './arena.ts';
import { ContentMaker } from './content-maker.ts';
import { Findings } from './findings.ts';
import { OneHost } from './one-host.ts';
import { Pusher } from './pusher.ts';
import { Reader } from './reader.ts';
import { recountInventory, recountUsage } from './recount.ts';
import { ReplicaArena } from './replica-arena.ts';
import { RepositoryModel } from './repository-model.ts';
import { RetryingClient } from './retrying-client.ts';
import { SeededRandom } from './seeded-random.ts';
import { SharedTags } from './shared-tags.ts';
import { TortureClient } from './torture-client.ts';

/** How long, how hard, and by which choices. */
export interface TortureOptions {
  readonly seed: string;
  readonly seconds: number;
  readonly clients: number;
  /** More than one: a supervisor with these and a writer, each of which is killed alone too. */
  readonly workers: number;
  /** More than none: so many servers on PostgreSQL and S3 behind load balancers instead of one on a directory. */
  readonly replicas: number;
  /** Gets each finding as it is found. */
  readonly report: (line: string) => void;
}

const graceMs = 4000;
const repositoriesOfEach = 2;
/** Either way; less in a short run, in which nothing would become old enough to be collected. */
const mostSkewSeconds = 120;
/** On S3, where it matters how large a blob is. */
const largeShare = 0.04;

/** Runs everything against servers and a store of its own, and verifies it all at the end. */
export async function runTorture(options: TortureOptions): Promise<Findings> {
  const random = new SeededRandom(options.seed);
  const findings = new Findings(options.report);
  const ended = new AbortController();
  const arena = await openArena(options, { graceMs, random: random.fork('arena'), findings, signal: ended.signal });
  const clients: RegistryClient[] = [];
  const models = Array.from(
    { length: options.clients * repositoriesOfEach },
    (_, index) => new RepositoryModel(`torture${index % 3}/app${index}`),
  );
  const shared = new SharedTags('torture0/shared', { client: newClient(0), findings, random: random.fork('shared') });
  try {
    await arena.start();
    const timer = setTimeout(() => ended.abort(), options.seconds * 1000);
    const working = Array.from({ length: options.clients }, (_, client) => newTortureClient(client));
    const work = [...working.map((one) => one.workUntil(ended.signal)), shared.workUntil(ended.signal, () => arena.ready)];
    await Promise.all([...work, arena.harm(), arena.collectAgainAndAgain()].map(stopOthersOnFailure));
    clearTimeout(timer);
    await verify(arena, newClient(1), findings, models, shared);
  } finally {
    ended.abort();
    for (const client of clients) client.close();
    await arena.destroy();
  }
  return findings;

  function newClient(number: number): RegistryClient {
    const url = (): string => arena.urlOf(number);
    const client = options.replicas > 0 ? new RetryingClient(url, findings) : new RegistryClient(url);
    clients.push(client);
    return client;
  }

  function newTortureClient(worker: number): TortureClient {
    const client = newClient(worker);
    const own = random.fork(`client ${worker}`);
    const mine = models.slice(worker * repositoriesOfEach, (worker + 1) * repositoriesOfEach);
    const mountSources = models.map((model) => model.name);
    const pusher = new Pusher({ client, random: own, findings, graceMs, mountSources });
    const content = new ContentMaker(own, random, options.replicas > 0 ? largeShare : 0);
    const reader = new Reader(client, findings, arena.staleMs);
    return new TortureClient({ client, random: own, findings, content, pusher, reader, models: mine, ready: () => arena.ready });
  }

  /** One part that breaks ends the run, rather than leaving the others to wait for it. */
  async function stopOthersOnFailure(part: Promise<void>): Promise<void> {
    try {
      await part;
    } catch (error) {
      ended.abort();
      throw error;
    }
  }
}

async function openArena({ replicas, workers, seconds }: TortureOptions, terms: ArenaTerms): Promise<Arena> {
  if (replicas > 0) return ReplicaArena.open({ ...terms, replicas, mostSkewSeconds: Math.min(mostSkewSeconds, Math.round(seconds / 4)) });
  return new OneHost({ ...terms, workers, data: await mkdtemp(join(tmpdir(), 'longshore-torture-')) });
}

/** Everything acknowledged is there before and after a last sweep without grace, and the sweep leaves nothing behind. */
async function verify(
  arena: Arena,
  client: RegistryClient,
  findings: Findings,
  models: readonly RepositoryModel[],
  shared: SharedTags,
): Promise<void> {
  const reader = new Reader(client, findings, arena.staleMs);
  const checkAll = async (): Promise<void> => {
    for (const model of models) await reader.checkAll(model);
    await shared.checkAll();
    for (const problem of (await walkRegistry(client)).problems) findings.add('lost', problem);
  };
  await checkAll();
  await arena.stop();
  for (const problem of await recountUsage(arena.query)) findings.add('corrupt', problem);
  await arena.collectAll();
  const audit = await arena.audit();
  for (const what of audit.lost) findings.add('lost', what);
  for (const what of audit.leaked) findings.add('leaked', what);
  await arena.start();
  await checkAll();
  for (const url of arena.servers()) {
    for (const problem of await recountInventory(url, arena.query)) findings.add('corrupt', problem);
  }
  await arena.stop();
}
