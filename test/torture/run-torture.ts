import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditDisk, letTimePass } from '../crash/disk-audit.ts';
import { RegistryClient } from '../crash/registry-client.ts';
import { walkRegistry } from '../crash/registry-walk.ts';
import { Arena } from './arena.ts';
import { ContentMaker } from './content-maker.ts';
import { Findings } from './findings.ts';
import { Pusher } from './pusher.ts';
import { Reader } from './reader.ts';
import { RepositoryModel } from './repository-model.ts';
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
  /** Gets each finding as it is found. */
  readonly report: (line: string) => void;
}

const graceMs = 4000;
const repositoriesOfEach = 2;

/** Runs everything against a server of its own on a directory of its own, and verifies it all at the end. */
export async function runTorture(options: TortureOptions): Promise<Findings> {
  const random = new SeededRandom(options.seed);
  const findings = new Findings(options.report);
  const data = await mkdtemp(join(tmpdir(), 'longshore-torture-'));
  const ended = new AbortController();
  const arena = new Arena({ data, graceMs, workers: options.workers, random: random.fork('arena'), findings, signal: ended.signal });
  const client = new RegistryClient(() => arena.baseUrl);
  const models = Array.from(
    { length: options.clients * repositoriesOfEach },
    (_, index) => new RepositoryModel(`torture${index % 3}/app${index}`),
  );
  const shared = new SharedTags('torture0/shared', { client, findings, random: random.fork('shared') });
  try {
    await arena.start();
    const timer = setTimeout(() => ended.abort(), options.seconds * 1000);
    const clients = Array.from({ length: options.clients }, (_, client) => newClient(client));
    const work = [...clients.map((one) => one.workUntil(ended.signal)), shared.workUntil(ended.signal, () => arena.ready)];
    await Promise.all([...work, arena.killAgainAndAgain(), arena.collectAgainAndAgain()].map(stopOthersOnFailure));
    clearTimeout(timer);
    await verify(arena, client, findings, models, shared, data);
  } finally {
    ended.abort();
    client.close();
    await arena.destroy();
    await rm(data, { recursive: true, force: true });
  }
  return findings;

  function newClient(worker: number): TortureClient {
    const own = random.fork(`client ${worker}`);
    const mine = models.slice(worker * repositoriesOfEach, (worker + 1) * repositoriesOfEach);
    const mountSources = models.map((model) => model.name);
    const pusher = new Pusher({ client, random: own, findings, graceMs, mountSources });
    const content = new ContentMaker(own, random);
    const reader = new Reader(client, findings);
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

/** Everything acknowledged is there before and after a last sweep without grace, and the sweep leaves nothing behind. */
async function verify(
  arena: Arena,
  client: RegistryClient,
  findings: Findings,
  models: readonly RepositoryModel[],
  shared: SharedTags,
  data: string,
): Promise<void> {
  const reader = new Reader(client, findings);
  const checkAll = async (): Promise<void> => {
    for (const model of models) await reader.checkAll(model);
    await shared.checkAll();
    for (const problem of (await walkRegistry(client)).problems) findings.add('lost', problem);
  };
  await checkAll();
  await arena.stop();
  letTimePass(data);
  await arena.collect(0);
  const audit = auditDisk(data);
  for (const what of audit.lost) findings.add('lost', what);
  for (const what of audit.leaked) findings.add('leaked', what);
  await arena.start();
  await checkAll();
  await arena.stop();
}
