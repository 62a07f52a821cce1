import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { walkRegistry } from '../crash/registry-walk.ts';
import type { Arena, ArenaTerms } from './arena.ts';
import { ChangingRoles } from './changing-roles.ts';
import { CleanedProject } from './cleaned-project.ts';
import { Crew } from './crew.ts';
import { DeletedProjects } from './deleted-projects.ts';
import { Findings } from './findings.ts';
import { Ledger } from './ledger.ts';
import { LimitedProject } from './limited-project.ts';
import { OneHost } from './one-host.ts';
import { pause } from './pause.ts';
import { PromotedProjects } from './promoted-projects.ts';
import { recountInventory, recountUsage } from './recount.ts';
import { ReplicaArena } from './replica-arena.ts';
import { RepositoryModel } from './repository-model.ts';
import { RetainedProject } from './retained-project.ts';
import { RobotProject } from './robot-project.ts';
import { RuledProject } from './ruled-project.ts';
import { SeededRandom } from './seeded-random.ts';
import { SharedTags } from './shared-tags.ts';
import { TemporaryProject } from './temporary-project.ts';
import { WatchedProject } from './watched-project.ts';
import type { Work } from './work.ts';

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
const recountEveryMs = 3000;
const password = 'torture-administrator';

/** Runs everything against servers and a store of its own, and verifies it all at the end. */
export async function runTorture(options: TortureOptions): Promise<Findings> {
  const random = new SeededRandom(options.seed);
  const findings = new Findings(options.report);
  const ledger = new Ledger();
  const ended = new AbortController();
  const arena = await openArena(options, { graceMs, random: random.fork('arena'), findings, password, signal: ended.signal });
  const repeats = options.replicas > 0;
  const crew = new Crew({ arena, random, findings, ledger, graceMs, password, repeats, largeShare: repeats ? largeShare : 0 });
  const slackMs = repeats ? 2000 * skewSecondsOf(options) : 0;
  const works = [
    new PlainRepositories(crew, options.clients),
    sharedTags(crew),
    new PromotedProjects(crew),
    new LimitedProject(crew, 'limited'),
    new CleanedProject(crew, 'cleaned', slackMs),
    new DeletedProjects(crew),
    new WatchedProject(crew, 'watched'),
    new RetainedProject(crew, 'retained', slackMs),
    new TemporaryProject(crew, 'temporary', slackMs),
    new RuledProject(crew, 'ruled'),
    new RobotProject(crew, 'robots'),
    new ChangingRoles(crew, 'changing'),
  ];
  try {
    await arena.start();
    await crew.signIn();
    for (const work of works) await work.prepare();
    const timer = setTimeout(() => ended.abort(), options.seconds * 1000);
    const parts = [
      ...works.map((work) => work.workUntil(ended.signal)),
      arena.harm(),
      arena.collectAgainAndAgain(),
      recountAgainAndAgain(arena, findings, ended.signal),
    ];
    await Promise.all(parts.map(stopOthersOnFailure));
    clearTimeout(timer);
    await verify(arena, crew, works);
  } finally {
    ended.abort();
    crew.close();
    await arena.destroy();
  }
  return findings;

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

/** Repositories without limits or rules: nothing goes but by a client's delete, and what nothing holds. */
class PlainRepositories implements Work {
  readonly #crew: Crew;
  readonly #models: readonly RepositoryModel[];
  readonly #clients: readonly { workUntil(signal: AbortSignal): Promise<void> }[];

  constructor(crew: Crew, clients: number) {
    this.#crew = crew;
    const count = clients * repositoriesOfEach;
    this.#models = Array.from({ length: count }, (_, index) => new RepositoryModel(`torture${index % 3}/app${index}`));
    this.#clients = Array.from({ length: clients }, (_, index) => {
      const models = this.#models.slice(index * repositoriesOfEach, (index + 1) * repositoriesOfEach);
      return crew.newTortureClient({ name: `client ${index}`, models });
    });
  }

  async prepare(): Promise<void> {}

  async workUntil(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.workUntil(signal)));
  }

  async checkAll(): Promise<void> {
    const reader = this.#crew.newReader(this.#crew.newClient());
    for (const model of this.#models) await reader.checkAll(model);
  }
}

function sharedTags(crew: Crew): Work {
  const { arena, findings, ledger, random } = crew.options;
  const shared = new SharedTags('torture0/shared', { client: crew.newClient(), findings, ledger, random: random.fork('shared') });
  return {
    prepare: async () => undefined,
    workUntil: (signal) => shared.workUntil(signal, () => arena.ready),
    checkAll: () => shared.checkAll(),
  };
}

function skewSecondsOf({ seconds }: TortureOptions): number {
  return Math.min(mostSkewSeconds, Math.round(seconds / 4));
}

async function openArena(options: TortureOptions, terms: ArenaTerms): Promise<Arena> {
  const { replicas, workers } = options;
  if (replicas > 0) return ReplicaArena.open({ ...terms, replicas, mostSkewSeconds: skewSecondsOf(options) });
  return new OneHost({ ...terms, workers, data: await mkdtemp(join(tmpdir(), 'longshore-torture-')) });
}

/** Everything acknowledged is there before and after a last sweep without grace, and the sweep leaves nothing behind. */
async function verify(arena: Arena, crew: Crew, works: readonly Work[]): Promise<void> {
  const { findings, ledger } = crew.options;
  const client = crew.newClient(1);
  const checkAll = async (): Promise<void> => {
    for (const work of works) await work.checkAll();
    for (const problem of (await walkRegistry(client)).problems) findings.add('lost', problem);
  };
  await checkAll();
  await arena.stop();
  for (const problem of await recountUsage(arena.query)) findings.add('corrupt', problem);
  for (const work of works) await work.checkStopped?.();
  for (const problem of await ledger.missing(arena.query)) findings.add('lost', problem);
  await arena.collectAll();
  const audit = await arena.audit();
  for (const what of audit.lost) findings.add('lost', what);
  for (const what of audit.leaked) findings.add('leaked', what);
  for (const what of await unheldManifests(arena)) findings.add('leaked', what);
  await arena.start();
  await checkAll();
  for (const url of arena.servers()) {
    for (const problem of await recountInventory(url, arena.query)) findings.add('corrupt', problem);
  }
  await arena.stop();
}

/** Counters agree with what they count at every moment, since both change in one transaction. */
async function recountAgainAndAgain(arena: Arena, findings: Findings, signal: AbortSignal): Promise<void> {
  while (await pause(recountEveryMs, signal)) {
    // The database may be away, or just being recovered.
    const problems = await recountUsage(arena.query).catch(() => undefined);
    if (problems !== undefined) findings.did('recounts');
    for (const problem of problems ?? []) findings.add('corrupt', problem);
  }
}

/** Leases are over and everything is old enough, so what neither tag nor index nor subject holds is gone. */
async function unheldManifests({ query }: Arena): Promise<string[]> {
  const rows = await query<{ id: number; repository: string }>(
    `select m.id, r.name as repository from manifests m join repositories r on r.id = m.repository_id
     where not exists (select 1 from tags t where t.manifest_id = m.id)
       and not exists (select 1 from manifest_references mr join manifests p on p.id = mr.manifest_id
         where mr.repository_id = m.repository_id and mr.target = m.digest)
       and not exists (select 1 from manifests s where s.repository_id = m.repository_id and s.digest = m.subject)`,
  );
  return rows.map(({ id, repository }) => `row: a manifest that nothing holds: ${id} of ${repository}`);
}
