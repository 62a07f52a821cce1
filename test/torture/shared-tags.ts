import type { Manifest } from '../crash/image.ts';
import { describeAnswer, NoAnswerError, type RegistryClient } from '../crash/registry-client.ts';
import { ContentMaker } from './content-maker.ts';
import type { Findings } from './findings.ts';
import type { Ledger } from './ledger.ts';
import { Pusher } from './pusher.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What the writers of shared tags work with. */
export interface SharedTagsOptions {
  readonly client: RegistryClient;
  readonly findings: Findings;
  readonly ledger: Ledger;
  readonly random: SeededRandom;
}

const tags = ['main', 'nightly'];
const writers = 3;
/** Sweeps have time for what the tags left behind. */
const graceMs = 0;

/**
 * One repository whose tags several writers move at the same time. Nobody deletes, so a tag that was ever acknowledged
 * exists, points at something that somebody pushed to it, and what it points at is readable.
 */
export class SharedTags {
  readonly #repository: string;
  readonly #options: SharedTagsOptions;
  readonly #pushed = new Map<string, Manifest>();
  readonly #acknowledged = new Set<string>();

  constructor(repository: string, options: SharedTagsOptions) {
    this.#repository = repository;
    this.#options = options;
  }

  /** Moves the tags until the signal. */
  async workUntil(signal: AbortSignal, ready: () => Promise<void>): Promise<void> {
    const { client, findings, ledger, random } = this.#options;
    const write = async (index: number): Promise<void> => {
      const own = random.fork(`writer ${index}`);
      const content = new ContentMaker(own, random, 0);
      const pusher = new Pusher({ client, random: own, findings, ledger, graceMs, mountSources: [this.#repository] });
      while (!signal.aborted) {
        await ready();
        try {
          await this.#move(pusher, content.image(), own.pick(tags) ?? 'main');
          await this.#pull(own.pick(tags) ?? 'main', false);
        } catch (error) {
          if (!(error instanceof NoAnswerError)) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: writers }, (_, index) => write(index)));
  }

  /** Reads every tag; nobody may be writing. */
  async checkAll(): Promise<void> {
    for (const tag of tags) await this.#pull(tag, true);
  }

  async #move(pusher: Pusher, manifest: Manifest, tag: string): Promise<void> {
    this.#pushed.set(`${tag}@${manifest.digest}`, manifest);
    if (await pusher.push(this.#repository, manifest, tag)) this.#acknowledged.add(tag);
  }

  /** While others write, what a tag pointed at a moment ago may be gone when its blobs are read. */
  async #pull(tag: string, quiet: boolean): Promise<void> {
    const { client, findings } = this.#options;
    const where = `${this.#repository}:${tag}`;
    const expected = this.#acknowledged.has(tag);
    const answer = await client.getManifest(this.#repository, tag);
    if (answer.status !== 200) {
      if (expected) findings.add('lost', `${where} answers ${describeAnswer(answer)}`);
      return;
    }
    const manifest = this.#pushed.get(`${tag}@${String(answer.headers['docker-content-digest'])}`);
    if (manifest === undefined || !answer.body.equals(manifest.bytes)) {
      findings.add('corrupt', `${where} points at something that nobody pushed to it`);
      return;
    }
    for (const { digest, bytes } of manifest.blobs) {
      const blob = await client.getBlob(this.#repository, digest);
      if (blob.status !== 200 && quiet) findings.add('lost', `blob ${digest} of ${where} answers ${describeAnswer(blob)}`);
      if (blob.status === 200 && !blob.body.equals(bytes)) findings.add('corrupt', `blob ${digest} of ${where}`);
    }
    findings.pulls += 1;
  }
}
