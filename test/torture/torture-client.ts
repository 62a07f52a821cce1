import type { Manifest } from '../crash/image.ts';
import { type Answer, describeAnswer, NoAnswerError, passingStatuses, type RegistryClient } from '../crash/registry-client.ts';
import { signatureTag } from './closure.ts';
import type { ContentMaker } from './content-maker.ts';
import type { Findings } from './findings.ts';
import type { Ledger } from './ledger.ts';
import type { Pusher } from './pusher.ts';
import type { Reader } from './reader.ts';
import type { RepositoryModel } from './repository-model.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a torture client works with. */
export interface TortureClientOptions {
  readonly client: RegistryClient;
  readonly random: SeededRandom;
  readonly findings: Findings;
  readonly content: ContentMaker;
  readonly pusher: Pusher;
  readonly reader: Reader;
  /** Repositories that nobody else writes to. */
  readonly models: readonly RepositoryModel[];
  /** Resolves when the server is there (again). */
  readonly ready: () => Promise<void>;
  /** Names of tags that it pushes; usual ones when they are left out. */
  readonly tags?: readonly string[] | undefined;
  /** What it does besides; nothing when it is left out. */
  readonly further?: readonly Action[] | undefined;
  /** Counts what is acknowledged. */
  readonly ledger: Ledger;
}

/** Something that a client does at times. */
export interface Action {
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  readonly run: (model: RepositoryModel) => Promise<void>;
}

const usualTags = ['latest', 'v1', 'v2', 'edge', 'old'];
const deletedKept = 5;

/** One client that does one random thing after the other and knows after each what the registry must hold. */
export class TortureClient {
  readonly #options: TortureClientOptions;
  /** What was deleted last, to be pushed again while a sweep may be at it. */
  readonly #deleted: { model: RepositoryModel; manifest: Manifest }[] = [];
  readonly #actions: readonly Action[];

  constructor(options: TortureClientOptions) {
    this.#options = options;
    this.#actions = [
      { weight: 22, run: (model) => this.#push(model, options.content.image(), this.#tag()) },
      { weight: 6, run: (model) => this.#pushIndex(model) },
      { weight: 6, run: (model) => this.#pushReferrer(model) },
      { weight: 3, run: (model) => this.#pushSignature(model) },
      { weight: 12, run: (model) => this.#pushAgain(model) },
      { weight: 8, run: (model) => this.#moveTag(model) },
      { weight: 10, run: (model) => this.#deleteTag(model) },
      { weight: 8, run: (model) => this.#deleteManifest(model) },
      { weight: 4, run: (model) => this.#deleteBlob(model) },
      { weight: 16, run: (model) => options.reader.pullTag(model, this.#tag()) },
      { weight: 6, run: (model) => this.#pullManifest(model) },
      { weight: 3, run: (model) => options.reader.checkTags(model) },
      { weight: 3, run: (model) => options.reader.checkCatalog(model) },
      ...(options.further ?? []),
    ];
  }

  /** Works until the signal; requests that a kill cut off are part of it. */
  async workUntil(signal: AbortSignal): Promise<void> {
    const { random, models, ready, findings } = this.#options;
    while (!signal.aborted) {
      await ready();
      const model = random.pick(models);
      if (model === undefined) return;
      model.begins();
      try {
        await this.#action().run(model);
      } catch (error) {
        if (!(error instanceof NoAnswerError)) throw error;
        if (/within \d+ ms/.test(error.message)) findings.add('unexpected', error.message);
      }
    }
  }

  #action(): Action {
    const total = this.#actions.reduce((sum, action) => sum + action.weight, 0);
    let left = this.#options.random.next() * total;
    for (const action of this.#actions) {
      left -= action.weight;
      if (left < 0) return action;
    }
    throw new RangeError('The weights do not add up.');
  }

  #tag(): string {
    return this.#options.random.pick(this.#options.tags ?? usualTags) ?? 'latest';
  }

  /** Pushes by tag, or by digest alone. */
  async #push(model: RepositoryModel, manifest: Manifest, tag: string | undefined): Promise<void> {
    const isNew = model.mustNotExist(manifest.digest);
    try {
      const isStored = await this.#options.pusher.push(model.name, manifest, tag);
      if (isStored && isNew) this.#options.ledger.note('manifest.pushed', model.name);
      if (isStored) model.stored(manifest, tag);
      // A manifest PUT that was turned away was not stored, but one that ended in an error may have been.
      else model.maybeStored(manifest, tag);
    } catch (error) {
      model.maybeStored(manifest, tag);
      throw error;
    }
  }

  async #pushIndex(model: RepositoryModel): Promise<void> {
    const { content, random } = this.#options;
    const children = Array.from({ length: random.between(1, 3) }, () => content.image());
    for (const child of children) await this.#push(model, child, undefined);
    await this.#push(model, content.index(children), random.chance(0.7) ? this.#tag() : undefined);
  }

  async #pushReferrer(model: RepositoryModel): Promise<void> {
    const { content, random, reader } = this.#options;
    const subject = random.pick(model.manifests.filter(({ digest }) => model.mustExist(digest)));
    if (subject === undefined) return;
    await this.#push(model, content.image(subject), undefined);
    await reader.checkReferrers(model, subject.digest);
  }

  /** As clients sign that know no referrers: beside the image, under a tag with its digest. */
  async #pushSignature(model: RepositoryModel): Promise<void> {
    const { content, random } = this.#options;
    // A tag with a whole sha512 would be too long.
    const signed = random.pick(model.manifests.filter(({ digest }) => digest.startsWith('sha256:') && model.mustExist(digest)));
    if (signed !== undefined) await this.#push(model, content.image(), signatureTag(signed.digest));
  }

  /** The very content that was just deleted, here or in the repository beside it. */
  async #pushAgain(model: RepositoryModel): Promise<void> {
    const { random } = this.#options;
    const again = random.pick(this.#deleted);
    if (again === undefined || again.manifest.children.length > 0) return;
    await this.#push(random.chance(0.7) ? again.model : model, again.manifest, this.#tag());
  }

  async #moveTag(model: RepositoryModel): Promise<void> {
    const manifest = this.#options.random.pick(model.manifests.filter(({ digest }) => model.mustExist(digest)));
    if (manifest === undefined) return;
    const tag = this.#tag();
    try {
      const answer = await this.#options.client.putManifest(model.name, tag, manifest);
      if (answer.status === 201) return model.stored(manifest, tag);
      model.maybeStored(manifest, tag);
      if (answer.status === 404 || answer.status === 400) {
        this.#options.findings.add('lost', `${model.name}@${manifest.digest} must be there, content is missing: ${describeAnswer(answer)}`);
      } else {
        this.#judge(`tag ${model.name}:${tag}`, answer, []);
      }
    } catch (error) {
      model.maybeStored(manifest, tag);
      throw error;
    }
  }

  async #deleteTag(model: RepositoryModel): Promise<void> {
    const tag = this.#tag();
    try {
      const answer = await this.#options.client.deleteManifest(model.name, tag);
      this.#judge(`DELETE ${model.name}:${tag}`, answer, [202, 404]);
      if (answer.status === 404 && !model.possible(tag).has(undefined))
        this.#options.findings.add('lost', `${model.name}:${tag} is gone before its delete`);
      if (answer.status === 202) {
        this.#noteDeleted(model, [...model.possible(tag)]);
        this.#options.ledger.note('tag.deleted', model.name);
      }
      if (answer.status === 202 || answer.status === 404) model.tagIs(tag, undefined);
      else model.maybeUntagged(tag);
    } catch (error) {
      model.maybeUntagged(tag);
      throw error;
    }
  }

  async #deleteManifest(model: RepositoryModel): Promise<void> {
    const digest = this.#options.random.pick(model.manifests)?.digest;
    if (digest === undefined) return;
    try {
      await this.#options.reader.makeKnown('manifest', model.name, digest);
      const answer = await this.#options.client.deleteManifest(model.name, digest);
      // 409: an index lists it.
      this.#judge(`DELETE ${model.name}@${digest}`, answer, [202, 404, 409]);
      if (answer.status === 404 && model.mustExist(digest))
        this.#options.findings.add('lost', `${model.name}@${digest} is gone before its delete`);
      if (answer.status === 202) {
        this.#noteDeleted(model, [digest]);
        this.#options.ledger.note('manifest.deleted', model.name);
      }
      if (answer.status === 202) await this.#options.reader.confirmGone('manifest', model.name, digest);
      if (answer.status === 202 || answer.status === 404) model.removed(digest);
      else if (answer.status !== 409) model.maybeRemoved(digest);
    } catch (error) {
      model.maybeRemoved(digest);
      throw error;
    }
  }

  /** A blob that a manifest needs stays; any other is gone for those who rely on having seen it. */
  async #deleteBlob(model: RepositoryModel): Promise<void> {
    const { random, client, pusher, reader } = this.#options;
    const digest = random.pick(random.pick(model.manifests)?.blobs ?? [])?.digest;
    if (digest === undefined) return;
    pusher.forget(model.name, digest);
    await reader.makeKnown('blob', model.name, digest);
    const answer = await client.deleteBlob(model.name, digest);
    this.#judge(`DELETE blob ${model.name}@${digest}`, answer, [202, 404, 409]);
    if (answer.status === 202) {
      this.#options.findings.deletes += 1;
      this.#options.ledger.note('blob.deleted', model.name);
      await reader.confirmGone('blob', model.name, digest);
    }
    const needed = model.manifests.some(
      (manifest) => model.mustExist(manifest.digest) && manifest.blobs.some((blob) => blob.digest === digest),
    );
    if (needed && answer.status !== 409 && !passingStatuses.includes(answer.status))
      this.#options.findings.add('lost', `blob ${model.name}@${digest} is needed, its delete answers ${answer.status}`);
  }

  async #pullManifest(model: RepositoryModel): Promise<void> {
    const manifest = this.#options.random.pick(model.manifests);
    if (manifest !== undefined) await this.#options.reader.pullManifest(model, manifest);
  }

  #noteDeleted(model: RepositoryModel, digests: readonly (string | undefined)[]): void {
    this.#options.findings.deletes += 1;
    for (const digest of digests) {
      const manifest = digest === undefined ? undefined : model.manifest(digest);
      if (manifest !== undefined) this.#deleted.unshift({ model, manifest });
    }
    this.#deleted.splice(deletedKept);
  }

  /** Complains about a status that is neither allowed nor a busy registry's. */
  #judge(what: string, answer: Answer, allowed: readonly number[]): void {
    if (allowed.includes(answer.status) || this.#options.pusher.mayAnswer(what, answer)) return;
    this.#options.findings.add('unexpected', `${what}: ${describeAnswer(answer)}`);
  }
}
