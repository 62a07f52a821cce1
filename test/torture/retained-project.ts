import { setTimeout as wait } from 'node:timers/promises';
import { leaseTag, releaseTags } from './content-leases.ts';
import type { Crew } from './crew.ts';
import type { ManagementClient } from './management-client.ts';
import { pause } from './pause.ts';
import type { Reader } from './reader.ts';
import { type KeepRule, RetainedModel } from './retained-model.ts';
import type { TortureClient } from './torture-client.ts';
import type { Work } from './work.ts';

const dayMs = 86_400_000;
const repositories = 2;
const builds = 3;
const patches = 2;
const windowMs = 6000;
const rules: readonly KeepRule[] = [
  { prefix: 'v', keep: { kind: 'semver', count: patches } },
  { prefix: 'build-', keep: { kind: 'newest', count: builds } },
  { prefix: 'pr-', keep: { kind: 'pushedWithin', ms: windowMs } },
  { prefix: 'edge', keep: { kind: 'all' } },
];
/** No rule keeps the last two. */
const tags = [
  'v1.0.1',
  'v1.0.2',
  'v1.0.3',
  'v1.1.0',
  'v1.1.1',
  'v1.1.12',
  'v1.1.9',
  'build-1',
  'build-2',
  'build-3',
  'build-4',
  'build-5',
].concat(['pr-1', 'pr-2', 'edge', 'old', 'latest']);
/** Seconds: a job and a run that a kill interrupted keep the next ones waiting for a while. */
const mostTries = 75;

/** A project with a policy that runs again and again: it takes what the rules do not keep, and nothing that a lease holds. */
export class RetainedProject implements Work {
  readonly #crew: Crew;
  readonly #name: string;
  readonly #management: ManagementClient;
  readonly #reader: Reader;
  readonly #models: readonly RetainedModel[];
  readonly #clients: readonly TortureClient[];

  /** `slackMs`: by how much the clocks of two servers differ at most. */
  constructor(crew: Crew, name: string, slackMs: number) {
    this.#crew = crew;
    this.#name = name;
    this.#management = crew.newManagement();
    this.#reader = crew.newReader(crew.newClient());
    this.#models = Array.from({ length: repositories }, (_, index) => new RetainedModel(`${name}/app${index}`, rules, slackMs));
    this.#clients = this.#models.map((model) =>
      crew.newTortureClient({
        name: model.name,
        models: [model],
        tags,
        further: (random) => [
          { weight: 20, run: () => this.#lease(model, random.pick(model.keptTags)) },
          { weight: 2, run: () => this.#release(model) },
        ],
      }),
    );
  }

  async prepare(): Promise<void> {
    const made = await this.#management.ask('POST', '/projects', { name: this.#name, visibility: 'public' });
    const policy = { rules: rules.map(asPolicy), allowEmpty: true, schedule: '* * * * *' };
    const set = await this.#management.ask('PUT', `/projects/${this.#name}/retention`, policy);
    if (made.status !== 201 || set.status !== 200) throw new Error(`There is no retained project: ${made.text} ${set.text}`);
  }

  async workUntil(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#clients.map((client) => client.workUntil(signal)), this.#runAgainAndAgain(signal)]);
  }

  async checkAll(): Promise<void> {
    for (const model of this.#models) await this.#release(model);
    // Grace is minutes where clocks are wrong.
    if (!this.#crew.options.repeats) await this.#checkNothingIsLeft();
    for (const model of this.#models) await this.#reader.checkAll(model);
  }

  async #runAgainAndAgain(signal: AbortSignal): Promise<void> {
    while (await pause(700, signal)) await this.#run();
  }

  async #run(): Promise<void> {
    const { status, text } = await this.#management.ask('POST', `/projects/${this.#name}/retention/runs`);
    if (status === 202) this.#crew.options.findings.did('retention runs asked for');
    else this.#crew.options.findings.add('unexpected', `a run of retention answers ${text}`);
  }

  async #lease(model: RetainedModel, tag: string | undefined): Promise<void> {
    if (tag !== undefined) await leaseTag(this.#crew.options, model, tag);
  }

  #release(model: RetainedModel): Promise<void> {
    return releaseTags(this.#crew.options, model);
  }

  /** A last run leaves no more than the rules keep. */
  async #checkNothingIsLeft(): Promise<void> {
    let left: string[] = [];
    for (let tries = 0; tries < mostTries; tries += 1) {
      await this.#run();
      await wait(1000);
      left = (await Promise.all(this.#models.map((model) => this.#excess(model)))).flat();
      if (left.length === 0) return;
    }
    this.#crew.options.findings.add('leaked', `retention leaves ${left.join(', ')}`);
  }

  async #excess(model: RetainedModel): Promise<string[]> {
    const listed = await this.#crew.newClient().list(`/v2/${model.name}/tags/list`, 'tags');
    if (!Array.isArray(listed)) return [];
    const kept = (prefix: string) => listed.filter((tag) => tag.startsWith(prefix));
    const [zero, one, newest] = [kept('v1.0.'), kept('v1.1.'), kept('build-')];
    const tooMany = [zero.slice(patches), one.slice(patches), newest.slice(builds), kept('pr-'), kept('old'), kept('latest')].flat();
    return tooMany.map((tag) => `${model.name}:${tag}`);
  }
}

function asPolicy({ prefix, keep }: KeepRule): object {
  const wanted = {
    newest: keep,
    all: keep,
    pushedWithin: { kind: 'pushedWithin', days: windowMs / dayMs },
    semver: { kind: 'semver', count: patches, per: 'minor', prereleases: false },
  };
  return { repositories: '**', include: [`${prefix}*`], exclude: [], keep: wanted[keep.kind] };
}
