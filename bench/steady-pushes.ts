import { setTimeout as delay } from 'node:timers/promises';
import { manifestType, randomImage } from './content.ts';
import { PushClient } from './push-client.ts';
import { quantile } from './table.ts';

const clients = 8;
const layerBytes = 10_240;

/** What became of the pushes. */
export interface PushOutcome {
  readonly done: number;
  /** Answered with an error, or not at all. */
  readonly refused: readonly string[];
  readonly seconds: number;
  /** From when a push was due to its end: 99 of 100 at most this, and the longest. */
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** Pushes new small images at a steady rate for as long as nobody says stop. */
export class SteadyPushes {
  readonly #url: string;
  readonly #perSecond: number;
  readonly #repository: string;
  readonly #startedAt = performance.now();
  readonly #took: number[] = [];
  readonly #refused: string[] = [];
  readonly #pushed: { readonly tag: string; readonly blobs: readonly string[] }[] = [];
  readonly #working: Promise<void>[];
  #begun = 0;
  #stopped = false;

  constructor(url: string, perSecond: number, repository: string) {
    this.#url = url;
    this.#repository = repository;
    this.#perSecond = perSecond;
    this.#working = Array.from({ length: clients }, () => this.#work());
  }

  /** Ends with the pushes under way. */
  async stop(): Promise<PushOutcome> {
    this.#stopped = true;
    await Promise.all(this.#working);
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const took = this.#took;
    return { done: took.length, refused: this.#refused, seconds, p99Ms: quantile(took, 0.99), longestMs: quantile(took, 1) };
  }

  /** Reads everything that was pushed back; throws when anything is missing. */
  async requireAll(): Promise<void> {
    const client = new PushClient(this.#url);
    for (const { tag, blobs } of this.#pushed) {
      await client.read('GET', `/v2/${this.#repository}/manifests/${tag}`, manifestType);
      for (const digest of blobs) await client.read('GET', `/v2/${this.#repository}/blobs/${digest}`, '*/*');
    }
    client.close();
  }

  async #work(): Promise<void> {
    let client = new PushClient(this.#url);
    while (!this.#stopped) {
      const dueAt = this.#startedAt + (this.#begun * 1000) / this.#perSecond;
      const tag = `v${this.#begun++}`;
      const { config, layer, manifest } = randomImage(layerBytes);
      await delay(Math.max(0, dueAt - performance.now()));
      try {
        for (const { digest, bytes } of [layer, config]) await client.pushBlob(this.#repository, digest, [bytes]);
        await client.pushManifest(this.#repository, tag, manifestType, manifest.bytes);
        this.#took.push(performance.now() - dueAt);
        this.#pushed.push({ tag, blobs: [layer.digest, config.digest] });
      } catch (error) {
        this.#refused.push(String(error));
        client.close();
        client = new PushClient(this.#url);
      }
    }
    client.close();
  }
}
