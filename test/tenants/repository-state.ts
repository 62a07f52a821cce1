import assert from 'node:assert/strict';
import type { TestClient } from '../protocol/http-client.ts';
import { digestOf, imageOf, pushBlob, putManifest } from '../protocol/sample-content.ts';

/** The rules that a tag's name falls under; `next` is an image that tags are moved to, under a tag without rules. */
export const ruleNames = ['none', 'immutable', 'protected'] as const;

/** A repository as the matrix begins each question with it, and how it is looked at and put back: all as administrator. */
export class RepositoryState {
  readonly repository: string;
  /** The bytes of the image of each tag. */
  readonly images: Readonly<Record<string, string>>;
  /** In no image, to be mounted elsewhere. */
  readonly loose: string;
  readonly layer: string;
  readonly #client: TestClient;
  readonly #authorization: string;
  #begun = '';

  private constructor(client: TestClient, authorization: string, repository: string) {
    this.#client = client;
    this.#authorization = authorization;
    this.repository = repository;
    this.layer = digestOf(`layer of ${repository}`);
    this.loose = digestOf(`loose blob of ${repository}`);
    const image = (tag: string) => [tag, JSON.stringify(imageOf([`layer of ${repository}`], { annotations: { tag } }))];
    this.images = Object.fromEntries([...ruleNames, 'next'].map(image));
  }

  /** Pushes it: each tag once to `next`, for its history, and then to its own image. */
  static async push(client: TestClient, authorization: string, repository: string): Promise<RepositoryState> {
    const state = new RepositoryState(client, authorization, repository);
    const place = { client, authorization, repository };
    for (const bytes of ['{}', `layer of ${repository}`, `loose blob of ${repository}`]) await pushBlob(place, bytes);
    for (const tag of Object.keys(state.images)) await state.#put(tag, state.images['next'] ?? '');
    for (const [tag, bytes] of Object.entries(state.images)) await state.#put(tag, bytes);
    return state;
  }

  digestOf(tag: string): string {
    return digestOf(this.images[tag] ?? assert.fail(tag));
  }

  /** Everything that a question could change here, except for single blobs. */
  async look(): Promise<string> {
    const [tags, manifests] = [await this.#list<{ name: string }>('tags'), await this.#list<object>('manifests')];
    const shown = [...tags.map(({ name, digest }) => `${name} ${digest}`), ...manifests.map(({ digest }) => digest)];
    return shown.sort().join('\n');
  }

  /** What it is now is how every question finds it. */
  async begin(): Promise<void> {
    this.#begun = await this.look();
  }

  /** Whether nothing has changed since. */
  async isAsBegun(): Promise<boolean> {
    return (await this.look()) === this.#begun;
  }

  async hasBlob(digest: string): Promise<boolean> {
    return (await this.#send('HEAD', `blobs/${digest}`)).status === 200;
  }

  async removeBlob(digest: string): Promise<void> {
    assert.equal((await this.#send('DELETE', `blobs/${digest}`)).status, 202);
  }

  /** Puts back what was moved or deleted, and takes away what was added; what cannot be deleted stays. */
  async restore(): Promise<void> {
    for (const { name, digest } of await this.#list<{ name: string }>('tags')) {
      if (this.images[name] === undefined) await this.#send('DELETE', `manifests/${name}`);
      else if (digest !== this.digestOf(name)) await this.#put(name, this.images[name]);
    }
    const [tags, manifests] = [await this.#list<{ name: string }>('tags'), await this.#list<object>('manifests')];
    for (const [tag, bytes] of Object.entries(this.images)) if (!tags.some(({ name }) => name === tag)) await this.#put(tag, bytes);
    const known = Object.keys(this.images).map((tag) => this.digestOf(tag));
    for (const { digest } of manifests) if (!known.includes(digest)) await this.#send('DELETE', `manifests/${digest}`);
    await this.begin();
  }

  async #put(tag: string, bytes: string): Promise<void> {
    const place = { client: this.#client, authorization: this.#authorization, repository: this.repository };
    const { status, body } = await putManifest(place, tag, bytes);
    assert.equal(status, 201, body.toString());
  }

  #send(method: string, path: string) {
    return this.#client.send(method, `/v2/${this.repository}/${path}`, { authorization: this.#authorization });
  }

  async #list<T>(what: 'tags' | 'manifests'): Promise<(T & { digest: string })[]> {
    const path = `/api/v1/repositories/${encodeURIComponent(this.repository)}/${what}?limit=200`;
    const { status, body } = await this.#client.send('GET', path, { authorization: this.#authorization });
    assert.equal(status, 200, body.toString());
    return JSON.parse(body.toString()).items;
  }
}
