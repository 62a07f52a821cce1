import type { Crew } from './crew.ts';
import { PromotedRepository } from './promoted-repository.ts';
import type { Reader } from './reader.ts';
import { RepositoryModel } from './repository-model.ts';
import type { TortureClient } from './torture-client.ts';
import type { Work } from './work.ts';

const pairs = 2;

/** Repositories of one project that are pushed to, and those of another that get their content from them by promotion alone. */
export class PromotedProjects implements Work {
  readonly #reader: Reader;
  readonly #models: RepositoryModel[] = [];
  readonly #clients: TortureClient[] = [];

  constructor(crew: Crew) {
    this.#reader = crew.newReader(crew.newClient());
    for (let pair = 0; pair < pairs; pair += 1) {
      const source = new RepositoryModel(`develop/app${pair}`);
      const target = new RepositoryModel(`release/app${pair}`);
      const management = crew.newManagement();
      this.#models.push(source, target);
      const client = crew.newTortureClient({
        name: source.name,
        models: [source],
        further: (random) => {
          const promoted = new PromotedRepository({ ...crew.options, management, random, source, target });
          return [
            { weight: 20, run: () => promoted.promote() },
            { weight: 8, run: () => promoted.undo() },
            { weight: 8, run: () => this.#reader.pullTag(target, random.pick(target.tags) ?? 'latest') },
          ];
        },
      });
      this.#clients.push(client);
    }
  }

  /** The first push and the first promotion make the projects. */
  async prepare(): Promise<void> {}

  async workUntil(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.workUntil(signal)));
  }

  async checkAll(): Promise<void> {
    for (const model of this.#models) await this.#reader.checkAll(model);
  }
}
