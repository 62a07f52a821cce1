import { setTimeout as wait } from 'node:timers/promises';
import { executed, leaseTag, releaseTags } from './content-leases.ts';
import type { Crew } from './crew.ts';
import type { ManagementClient } from './management-client.ts';
import { pause } from './pause.ts';
import type { Reader } from './reader.ts';
import { RetainedModel } from './retained-model.ts';
import type { TortureClient } from './torture-client.ts';
import type { Work } from './work.ts';

/** The least that there is: nothing gets so old within a run. */
const expireAfterHours = 1;
const windowMs = expireAfterHours * 3_600_000;
/** Usually enough for an expiry that was just asked for. */
const expiryMs = 700;
/** More than there usually are, so that one is left alone for some time. */
const tags = ['latest', 'edge', 'nightly', 'pr-1', 'pr-2', 'pr-3', 'pr-4', 'pr-5', 'pr-6'];
/** How long the server claims a job, and how long it may seem to be at work. */
const claimMs = 60_000;
const patienceMs = 5000;
/** Seconds: a job that a kill interrupted keeps the next one waiting for a while. */
const mostTries = 75;

/**
 * A project whose content goes an hour after its push. Tags are made to look older than that, one by one; what another tag, an index, a
 * subject or a lease holds must stay, and the rest goes. The server looks every ten minutes; a policy with the same rule runs in between.
 */
export class TemporaryProject implements Work {
  readonly #crew: Crew;
  readonly #name: string;
  readonly #management: ManagementClient;
  readonly #reader: Reader;
  readonly #model: RetainedModel;
  readonly #client: TortureClient;

  /** `slackMs`: by how much the clocks of two servers differ at most. */
  constructor(crew: Crew, name: string, slackMs: number) {
    this.#crew = crew;
    this.#name = name;
    this.#management = crew.newManagement();
    this.#reader = crew.newReader(crew.newClient());
    this.#model = new RetainedModel(`${name}/app`, [{ prefix: '', keep: { kind: 'pushedWithin', ms: windowMs } }], slackMs);
    this.#client = crew.newTortureClient({
      name: this.#model.name,
      models: [this.#model],
      tags,
      further: (random) => [
        { weight: 20, run: () => this.#age(random.pick(this.#model.tags.filter((name) => !name.startsWith('sha')))) },
        { weight: 40, run: () => this.#leaseAndAge(random.pick(this.#model.keptTags.filter((name) => !name.startsWith('sha')))) },
        { weight: 5, run: () => this.#release() },
      ],
    });
  }

  async prepare(): Promise<void> {
    const made = await this.#management.ask('POST', '/projects', { name: this.#name, visibility: 'public', expireAfterHours });
    const rule = { repositories: '**', include: ['*'], exclude: [], keep: { kind: 'pushedWithin', days: expireAfterHours / 24 } };
    const policy = { rules: [rule], allowEmpty: true, schedule: 'off' };
    const set = await this.#management.ask('PUT', `/projects/${this.#name}/retention`, policy);
    if (made.status !== 201 || set.status !== 200) throw new Error(`There is no temporary project: ${made.text} ${set.text}`);
  }

  async workUntil(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#client.workUntil(signal), this.#expireAgainAndAgain(signal)]);
  }

  async checkAll(): Promise<void> {
    await this.#release();
    await this.#checkNothingIsLeft();
    await this.#reader.checkAll(this.#model);
  }

  async #expireAgainAndAgain(signal: AbortSignal): Promise<void> {
    while (await pause(700, signal)) await this.#expire();
  }

  /** The claim of a server that was killed ends sooner than it would. */
  async #expire(): Promise<void> {
    const { arena, findings } = this.#crew.options;
    const claimed = `name = 'retention' and state = 'running' and available_at < ${Date.now() + claimMs - patienceMs}`;
    await executed(arena.execute(`update jobs set available_at = 0 where ${claimed}`));
    const { status, text } = await this.#management.ask('POST', `/projects/${this.#name}/retention/runs`);
    if (status === 202) findings.did('expiries asked for');
    else findings.add('unexpected', `a run of what ends temporary content answers ${text}`);
  }

  async #age(tag: string | undefined): Promise<void> {
    if (tag === undefined) return;
    const { arena, findings } = this.#crew.options;
    // Before: from when it looks old, it may go.
    this.#model.aged(tag);
    const ofTag = `repository_id = (select id from repositories where name = '${this.#model.name}') and name = '${tag}'`;
    const old = `updated_at = updated_at - ${2 * windowMs}, pushed_at = null`;
    if (await executed(arena.execute(`update tags set ${old} where ${ofTag}`))) findings.did('tags aged');
  }

  /** What is leased outlives the next expiry, however old it looks. */
  async #leaseAndAge(tag: string | undefined): Promise<void> {
    if (tag === undefined || !(await leaseTag(this.#crew.options, this.#model, tag))) return;
    await this.#age(tag);
    await this.#expire();
    await wait(expiryMs);
    await this.#reader.pullTag(this.#model, tag);
  }

  #release(): Promise<void> {
    return releaseTags(this.#crew.options, this.#model);
  }

  /** Nothing that looks old is there after a last run. */
  async #checkNothingIsLeft(): Promise<void> {
    const { arena, findings } = this.#crew.options;
    let left: { name: string }[] = [];
    for (let tries = 0; tries < mostTries; tries += 1) {
      await this.#expire();
      await wait(1000);
      const newest = Date.now() - windowMs - this.#crew.options.graceMs;
      left = await arena.query<{ name: string }>(
        `select t.name from tags t join repositories r on r.id = t.repository_id where r.name = '${this.#model.name}'
         and t.name not like 'sha%' and t.updated_at < ${newest} and coalesce(t.pushed_at, 0) < ${newest}`,
      );
      if (left.length === 0) return;
    }
    findings.add('leaked', `${this.#name} keeps what is too old: ${left.map(({ name }) => name).join(', ')}`);
  }
}
