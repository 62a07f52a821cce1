import type { Blob, Manifest } from '../crash/image.ts';
import { type Answer, describeAnswer, passingStatuses, type RegistryClient, uploadModes } from '../crash/registry-client.ts';
import type { Findings } from './findings.ts';
import type { Ledger } from './ledger.ts';
import { neverRefuses, type Refuses } from './refusals.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a client needs to push. */
export interface PusherOptions {
  readonly client: RegistryClient;
  readonly random: SeededRandom;
  readonly findings: Findings;
  readonly ledger: Ledger;
  readonly graceMs: number;
  /** Repositories that blobs may be mounted from. */
  readonly mountSources: readonly string[];
  /** What may be refused besides; nothing when it is left out. */
  readonly refuses?: Refuses | undefined;
}

/** The share of the grace within which a client may rely on being told that a blob exists (a fresh grace is not renewed). */
const reliableShare = 0.7;

/** Pushes manifests with everything they need, in every way that a client may. */
export class Pusher {
  readonly #options: PusherOptions;
  /** `repository@digest` -> when the last request began that was told that it is there. */
  readonly #seen = new Map<string, number>();

  constructor(options: PusherOptions) {
    this.#options = options;
  }

  /** Notes that a request, begun at `at`, was told that content is in a repository. */
  saw(repository: string, digest: string, at: number): void {
    this.#seen.set(`${repository}@${digest}`, at);
  }

  /** Notes that content was deleted from a repository, so that nobody relies on it. */
  forget(repository: string, digest: string): void {
    this.#seen.delete(`${repository}@${digest}`);
  }

  /** Pushes the blobs and the manifest; true when it was acknowledged, false when it was not stored. */
  async push(repository: string, manifest: Manifest, tag: string | undefined): Promise<boolean> {
    for (const blob of manifest.blobs) {
      if (!(await this.#provide(repository, blob))) return false;
    }
    const { client, findings } = this.#options;
    const answer = await client.putManifest(repository, tag, manifest);
    const at = performance.now();
    if (answer.status === 201) {
      findings.pushes += 1;
      this.saw(repository, manifest.digest, at);
      return true;
    }
    if (answer.status === 404 || answer.status === 400) this.#judgeRefusal(repository, manifest, answer, at);
    else if (!this.mayAnswer(`PUT ${repository} ${tag ?? manifest.digest}`, answer))
      findings.add('unexpected', `PUT ${repository} ${tag ?? manifest.digest}: ${describeAnswer(answer)}`);
    return false;
  }

  /** Whether a registry that is busy, or has no room, may answer so. */
  mayAnswer(what: string, answer: Answer): boolean {
    const { refuses = neverRefuses } = this.#options;
    return passingStatuses.includes(answer.status) || refuses(what, answer);
  }

  /** Everything it needs was there a moment ago by the registry's own word, so the registry must not miss anything. */
  #judgeRefusal(repository: string, manifest: Manifest, answer: Answer, at: number): void {
    const { graceMs, findings } = this.#options;
    const needed = [...manifest.blobs.map((blob) => blob.digest), ...manifest.children];
    const relied = needed.map((digest) => this.#seen.get(`${repository}@${digest}`) ?? Number.NEGATIVE_INFINITY);
    const age = at - Math.min(...relied);
    if (age < graceMs * reliableShare) {
      findings.add(
        'lost',
        `${repository} refuses a manifest whose content it acknowledged ${Math.round(age)} ms ago: ${describeAnswer(answer)}`,
      );
    }
  }

  /** Makes sure that the repository has the blob, by whatever way; false when the registry turned it away. */
  async #provide(repository: string, blob: Blob): Promise<boolean> {
    const { client, random, mountSources } = this.#options;
    const begunAt = performance.now();
    if (random.chance(0.6) && (await client.headBlob(repository, blob.digest)).status === 200) {
      this.saw(repository, blob.digest, begunAt);
      return true;
    }
    const source = random.chance(0.4) ? random.pick(mountSources) : undefined;
    const uploadedAt = performance.now();
    const answer =
      source === undefined ? await this.#upload(repository, blob) : await client.mountOrPush(repository, blob.digest, blob.bytes, source);
    if (answer.status === 201) {
      this.saw(repository, blob.digest, uploadedAt);
      return true;
    }
    if (!this.mayAnswer(`push of a blob to ${repository}`, answer)) {
      this.#options.findings.add(
        'unexpected',
        `push of blob ${blob.digest} (${blob.bytes.byteLength} bytes) to ${repository}: ${describeAnswer(answer)}`,
      );
    }
    return false;
  }

  async #upload(repository: string, blob: Blob): Promise<Answer> {
    const { client, random } = this.#options;
    const mode = random.pick(uploadModes) ?? 'post-put';
    const answer = await client.pushBlob(repository, blob.bytes, mode, blob.digest.startsWith('sha512') ? 'sha512' : 'sha256');
    if (answer.status === 201) this.#options.ledger.note('blob.pushed', repository);
    return answer;
  }
}
