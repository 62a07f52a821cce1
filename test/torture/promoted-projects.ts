import type { Manifest } from '../crash/image.ts';
import { otherStore } from './arena.ts';
import type { Crew } from './crew.ts';
import { PromotedRepository } from './promoted-repository.ts';
import type { Reader } from './reader.ts';
import { relyOnPromotion } from './relied-promotion.ts';
import { RepositoryModel } from './repository-model.ts';
import type { TortureClient } from './torture-client.ts';
import type { Work } from './work.ts';

/** Where content of `develop` goes: within its store, and to another one. */
const targets = ['release/app0', 'release/app1', `${otherStore}/app2`];

/** Repositories of one project that are pushed to, and those of others that get their content from them by promotion alone. */
export class PromotedProjects implements Work {
  readonly #reader: Reader;
  readonly #models: RepositoryModel[] = [];
  readonly #clients: TortureClient[] = [];

  constructor(crew: Crew) {
    this.#reader = crew.newReader(crew.newClient());
    for (const [pair, name] of targets.entries()) {
      const source = new RepositoryModel(`develop/app${pair}`);
      const target = new RepositoryModel(name);
      const management = crew.newManagement();
      this.#models.push(source, target);
      const client = crew.newTortureClient({
        name: source.name,
        models: [source],
        further: (random) => {
          const own = { ...crew.options, management, random, source, target };
          const promoted = new PromotedRepository(own);
          const second = crew.newClient();
          return [
            { weight: 20, run: async () => this.#pull(target, await promoted.promote()) },
            { weight: 12, run: () => relyOnPromotion({ ...own, promoted, client: second }) },
            { weight: 8, run: () => promoted.undo() },
            { weight: 8, run: () => this.#reader.pullTag(target, random.pick(target.tags) ?? 'latest') },
          ];
        },
      });
      this.#clients.push(client);
    }
  }

  async #pull(target: RepositoryModel, root: Manifest | undefined): Promise<void> {
    if (root !== undefined) await this.#reader.pullManifest(target, root);
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
