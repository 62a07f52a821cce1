import type { Crew } from './crew.ts';
import type { ManagementClient } from './management-client.ts';
import { pause } from './pause.ts';
import type { Reader } from './reader.ts';
import { quotaRefuses } from './refusals.ts';
import { RepositoryModel } from './repository-model.ts';
import type { TortureClient } from './torture-client.ts';
import type { Work } from './work.ts';

/** Less than its clients would fill it with. */
const limits = { limitBytes: 1_200_000, limitTags: 8 };
const clients = 3;
const lookEveryMs = 300;

/** A project with limits that several clients push against: what they leave behind is never above them. */
export class LimitedProject implements Work {
  readonly #crew: Crew;
  readonly #name: string;
  readonly #management: ManagementClient;
  readonly #reader: Reader;
  readonly #models: readonly RepositoryModel[];
  readonly #clients: readonly TortureClient[];

  constructor(crew: Crew, name: string) {
    this.#crew = crew;
    this.#name = name;
    this.#management = crew.newManagement();
    this.#reader = crew.newReader(crew.newClient());
    this.#models = Array.from({ length: clients }, (_, index) => new RepositoryModel(`${name}/app${index}`));
    const refuses = quotaRefuses(crew.options.findings);
    this.#clients = this.#models.map((model) => crew.newTortureClient({ name: model.name, models: [model], refuses }));
  }

  async prepare(): Promise<void> {
    const made = await this.#management.ask('POST', '/projects', { name: this.#name, visibility: 'public' });
    const { etag } = await this.#management.ask('GET', `/projects/${this.#name}/quota`);
    const set = await this.#management.ask('PATCH', `/projects/${this.#name}/quota`, limits, etag);
    if (made.status !== 201 || set.status !== 200) throw new Error(`There is no limited project: ${made.text} ${set.text}`);
  }

  async workUntil(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#clients.map((client) => client.workUntil(signal)), this.#watch(signal)]);
  }

  async checkAll(): Promise<void> {
    await this.#look();
    for (const model of this.#models) await this.#reader.checkAll(model);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (await pause(lookEveryMs, signal)) await this.#look();
  }

  async #look(): Promise<void> {
    const { body, status } = await this.#management.ask('GET', `/projects/${this.#name}/quota`);
    if (status !== 200) return this.#crew.options.findings.add('unexpected', `the quota of ${this.#name} answers ${status}`);
    if (body.storage.usedBytes <= limits.limitBytes && body.tags.used <= limits.limitTags) return;
    this.#crew.options.findings.add('corrupt', `${this.#name} is above its limits: ${JSON.stringify(body)}`);
  }
}
