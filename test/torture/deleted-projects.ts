import { setTimeout as wait } from 'node:timers/promises';
import { NoAnswerError, type RegistryClient } from '../crash/registry-client.ts';
import { ContentMaker } from './content-maker.ts';
import type { Crew } from './crew.ts';
import type { ManagementAnswer, ManagementClient } from './management-client.ts';
import { Pusher } from './pusher.ts';
import type { Reader } from './reader.ts';
import { RepositoryModel } from './repository-model.ts';
import type { Work } from './work.ts';

const mostPushes = 3;
/** What is left of the deleted is removed in batches, by jobs that a kill may have interrupted. */
const mostWaits = 90;

/** Projects and repositories that are filled, deleted, and made again under the same name: the new ones have nothing of the old ones. */
export class DeletedProjects implements Work {
  readonly #crew: Crew;
  readonly #client: RegistryClient;
  readonly #management: ManagementClient;
  readonly #reader: Reader;
  #round = 0;
  /** What the last round left, for the end. */
  #model: RepositoryModel | undefined;

  constructor(crew: Crew) {
    this.#crew = crew;
    this.#client = crew.newClient();
    this.#management = crew.newManagement();
    this.#reader = crew.newReader(this.#client);
  }

  async prepare(): Promise<void> {}

  async workUntil(signal: AbortSignal): Promise<void> {
    const { arena, random: all, findings, ledger, graceMs } = this.#crew.options;
    const random = all.fork('deleted');
    const content = new ContentMaker(random, all, 0);
    let gone: RepositoryModel | undefined;
    while (!signal.aborted) {
      await arena.ready;
      const model = new RepositoryModel(`brief${this.#round}/app`);
      this.#model = model;
      // Who relies on what was seen in the old repository would be wrong.
      const pusher = new Pusher({ client: this.#client, random, findings, ledger, graceMs, mountSources: [] });
      try {
        if (gone?.name === model.name) await this.#checkNothingIsInherited(gone);
        for (let pushes = random.between(1, mostPushes); pushes > 0; pushes -= 1) {
          const manifest = content.image();
          model.maybeStored(manifest, 'latest');
          if (await pusher.push(model.name, manifest, 'latest')) model.stored(manifest, 'latest');
        }
        await this.#reader.pullTag(model, 'latest');
        gone = (await this.#delete(model, random.chance(0.5) ? 'project' : 'repository')) ? model : undefined;
      } catch (error) {
        if (!(error instanceof NoAnswerError)) throw error;
        gone = undefined;
      }
      // A delete that was cut off may come late; it must not meet another project of the name.
      if (gone === undefined) this.#round += 1;
    }
  }

  async checkAll(): Promise<void> {
    if (this.#model !== undefined) this.#round += 1;
    this.#model = undefined;
    const { arena, findings } = this.#crew.options;
    for (let waits = 0; waits < mostWaits; waits += 1) {
      const rows = await arena.query<{ name: string }>(
        'select name from repositories where deleted_at is not null union all select name from projects where deleted_at is not null',
      );
      if (rows.length === 0) return;
      await wait(1000);
    }
    findings.add('leaked', `something is left of deleted projects after ${mostWaits} s`);
  }

  /** False when nobody knows whether it was done. */
  async #delete(model: RepositoryModel, kind: 'project' | 'repository'): Promise<boolean> {
    const { findings, ledger } = this.#crew.options;
    const [project = ''] = model.name.split('/');
    const path = kind === 'project' ? `/projects/${project}?force=true` : `/repositories/${encodeURIComponent(model.name)}`;
    const answer = await this.#management.send('DELETE', path);
    if (answer.status !== 200) return this.#judge(model, answer);
    findings.did(`${kind === 'project' ? 'projects' : 'repositories'} deleted`);
    ledger.note(`${kind}.deleted`, kind === 'project' ? project : model.name);
    return true;
  }

  #judge(model: RepositoryModel, { status, text }: ManagementAnswer): boolean {
    const mayBeAbsent = model.manifests.every(({ digest }) => !model.mustExist(digest));
    if (status === 404 && !mayBeAbsent) this.#crew.options.findings.add('lost', `${model.name} is gone before its delete: ${text}`);
    else if (status !== 404 && status < 500) this.#crew.options.findings.add('unexpected', `DELETE of ${model.name}: ${text}`);
    return false;
  }

  /** Blobs are asked for, too: bytes that others have must not be readable here. */
  async #checkNothingIsInherited({ name, manifests }: RepositoryModel): Promise<void> {
    const { findings, arena } = this.#crew.options;
    await wait(arena.staleMs);
    for (const { digest, blobs } of manifests) {
      const answers = [await this.#client.getManifest(name, digest), await this.#client.getManifest(name, 'latest')];
      for (const blob of blobs) answers.push(await this.#client.getBlob(name, blob.digest));
      if (answers.some(({ status }) => status === 200))
        findings.add('corrupt', `${name} was deleted, and ${digest} or its blobs are there`);
    }
  }
}
