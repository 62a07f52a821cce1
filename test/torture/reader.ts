import { setTimeout as wait } from 'node:timers/promises';
import type { Manifest } from '../crash/image.ts';
import { type Answer, describeAnswer, type RegistryClient } from '../crash/registry-client.ts';
import type { Findings } from './findings.ts';
import type { RepositoryModel } from './repository-model.ts';

const timesAsked = 3;

/** Reads what the registry holds and compares it with what it must hold. */
export class Reader {
  readonly #client: RegistryClient;
  readonly #findings: Findings;
  readonly #staleMs: number;

  /** `staleMs`: for how long servers may still give what another of them has deleted. */
  constructor(client: RegistryClient, findings: Findings, staleMs: number) {
    this.#client = client;
    this.#findings = findings;
    this.#staleMs = staleMs;
  }

  /** Asks for what is about to be deleted often enough for several servers to know it. */
  async makeKnown(kind: 'manifest' | 'blob', repository: string, digest: string): Promise<void> {
    for (let times = 0; times < timesAsked; times += 1) await this.#ask(kind, repository, digest);
  }

  /** What was just deleted is nowhere to be had any more once it may not be; asks often enough for several servers. */
  async confirmGone(kind: 'manifest' | 'blob', repository: string, digest: string): Promise<void> {
    await wait(this.#staleMs);
    for (let times = 0; times < timesAsked; times += 1) {
      const { status } = await this.#ask(kind, repository, digest);
      if (status === 200)
        this.#findings.add('corrupt', `${kind} ${repository}@${digest} is there ${this.#staleMs} ms after it was deleted`);
    }
  }

  /** Follows a tag and reads everything behind it, byte for byte. */
  async pullTag(model: RepositoryModel, tag: string): Promise<void> {
    const answer = await this.#client.getManifest(model.name, tag);
    const possible = model.possible(tag);
    if (answer.status === 404) {
      if (!possible.has(undefined)) this.#findings.add('lost', `${model.name}:${tag} is gone, it pointed at ${[...possible].join(' or ')}`);
      model.tagIs(tag, undefined);
      return;
    }
    if (answer.status !== 200) return this.#unexpected(`GET ${model.name}:${tag}`, answer);
    const digest = String(answer.headers['docker-content-digest']);
    const manifest = model.manifest(digest);
    if (manifest === undefined || !possible.has(digest)) {
      this.#findings.add('corrupt', `${model.name}:${tag} points at ${digest}, not at ${[...possible].join(' or ')}`);
      return;
    }
    model.tagIs(tag, digest);
    this.#compare(`${model.name}:${tag}`, answer, manifest.bytes);
    await this.#pullBlobs(model.name, manifest);
  }

  /** Reads a manifest by digest, and its blobs when it must be there. */
  async pullManifest(model: RepositoryModel, manifest: Manifest): Promise<void> {
    const { digest } = manifest;
    const where = `${model.name}@${digest}`;
    const answer = await this.#client.getManifest(model.name, digest);
    if (answer.status === 404) {
      if (model.mustExist(digest)) this.#findings.add('lost', `${where} is gone`);
      model.removed(digest);
      return;
    }
    if (answer.status !== 200) return this.#unexpected(`GET ${where}`, answer);
    if (model.mustNotExist(digest)) this.#findings.add('corrupt', `${where} was deleted and is there`);
    this.#compare(where, answer, manifest.bytes);
    if (model.mustExist(digest)) await this.#pullBlobs(model.name, manifest);
  }

  /** Compares the list of tags: those that certainly exist are in it, those that certainly do not are not. */
  async checkTags(model: RepositoryModel): Promise<void> {
    const tags = await this.#client.list(`/v2/${model.name}/tags/list?n=7`, 'tags');
    // A repository that holds no manifest and never had a tag does not exist for a reader.
    if (!Array.isArray(tags) && tags.status !== 404) return this.#unexpected(`tags of ${model.name}`, tags);
    const listed = new Set(Array.isArray(tags) ? tags : []);
    for (const tag of model.tags) {
      if (!model.possible(tag).has(undefined) && !listed.has(tag)) this.#findings.add('lost', `${model.name}:${tag} is not listed`);
    }
    for (const tag of listed) {
      const possible = model.possible(tag);
      if (possible.size === 1 && possible.has(undefined)) this.#findings.add('corrupt', `${model.name}:${tag} was deleted and is listed`);
    }
  }

  /** Compares a list of referrers in the same way. */
  async checkReferrers(model: RepositoryModel, subject: string): Promise<void> {
    const referrers = await this.#client.referrers(model.name, subject);
    if (!Array.isArray(referrers)) return this.#unexpected(`referrers of ${model.name}@${subject}`, referrers);
    for (const { digest } of model.manifests.filter((manifest) => manifest.subject === subject)) {
      const listed = referrers.includes(digest);
      if (!listed && model.mustExist(digest)) this.#findings.add('lost', `referrer ${model.name}@${digest} is not listed`);
      if (listed && model.mustNotExist(digest)) this.#findings.add('corrupt', `referrer ${model.name}@${digest} was deleted and is listed`);
    }
  }

  /** A repository with a manifest that must be there is in the catalog. */
  async checkCatalog(model: RepositoryModel): Promise<void> {
    const repositories = await this.#client.list('/v2/_catalog?n=3', 'repositories');
    if (!Array.isArray(repositories)) return this.#unexpected('catalog', repositories);
    const expected = model.manifests.some(({ digest }) => model.mustExist(digest));
    if (expected && !repositories.includes(model.name)) this.#findings.add('lost', `${model.name} is not in the catalog`);
  }

  /** Everything in the model. */
  async checkAll(model: RepositoryModel): Promise<void> {
    // Tags first: one that was unsure becomes certain, and then what it points at must be there.
    for (const tag of model.tags) await this.pullTag(model, tag);
    for (const manifest of model.manifests) {
      await this.pullManifest(model, manifest);
      await this.checkReferrers(model, manifest.digest);
    }
    await this.checkTags(model);
    await this.checkCatalog(model);
  }

  #ask(kind: 'manifest' | 'blob', repository: string, digest: string): Promise<Answer> {
    return kind === 'blob' ? this.#client.getBlob(repository, digest) : this.#client.getManifest(repository, digest);
  }

  async #pullBlobs(repository: string, manifest: Manifest): Promise<void> {
    for (const { digest, bytes } of manifest.blobs) {
      const answer = await this.#client.getBlob(repository, digest);
      if (answer.status === 404) this.#findings.add('lost', `blob ${repository}@${digest}, needed by ${manifest.digest}, is gone`);
      else if (answer.status !== 200) this.#unexpected(`GET blob ${repository}@${digest}`, answer);
      else this.#compare(`blob ${repository}@${digest}`, answer, bytes);
    }
    this.#findings.pulls += 1;
  }

  #compare(what: string, answer: Answer, bytes: Uint8Array): void {
    if (!answer.body.equals(bytes))
      this.#findings.add('corrupt', `${what}: ${answer.body.byteLength} bytes that are not the ${bytes.byteLength} pushed`);
  }

  #unexpected(what: string, answer: Answer): void {
    this.#findings.add('unexpected', `${what}: ${describeAnswer(answer)}`);
  }
}
