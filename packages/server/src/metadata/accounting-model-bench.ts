import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { type Digest, requireDigest, requireRepositoryName, requireTag } from '@longshore/oci';
import fc from 'fast-check';
import { systemAgent } from '../registry/ports/agent.ts';
import type { BlobLocation } from '../registry/ports/blob-store.ts';
import type { MetadataStore } from '../registry/ports/metadata-store.ts';
import { by, StoreSteps } from './contract/contract-steps.ts';

/** A store, and its tables as they are. */
export interface ReadableStore {
  readonly store: MetadataStore;
  /** Rows of a query, whose integers are numbers. */
  readonly rows: <T>(text: string) => Promise<T[]>;
  dispose(): Promise<void>;
}

const repositories = ['a/x', 'a/y', 'b/x', 'b/y'].map((name) => requireRepositoryName(name));
const digestOf = (text: string): Digest => requireDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
const blobSize = (blob: number): number => 40 + blob;
const manifestBytes = (manifest: number): Buffer => Buffer.alloc(10 + 7 * manifest, `m${manifest}`);
const manifestDigest = (manifest: number): Digest => digestOf(`manifest ${manifest}`);
const tagOf = (tag: number) => requireTag(`v${tag}`);

// ---- What may happen; numbers choose among few things, so that they meet.

const [repository, blob, manifest, tag] = [fc.nat(3), fc.nat(4), fc.nat(5), fc.nat(2)];
const kind = <K extends string, T>(name: K, parts: { [P in keyof T]: fc.Arbitrary<T[P]> }): fc.Arbitrary<{ kind: K } & T> =>
  fc.record(parts).map((rest) => ({ kind: name, ...rest }));

const push = kind('push', {
  repository,
  manifest,
  tags: fc.uniqueArray(tag, { maxLength: 2 }),
  blobs: fc.uniqueArray(blob, { maxLength: 2 }),
});
const upload = kind('upload', { repository, blob });
const mount = kind('mount', { repository, blob, from: repository });
const promote = kind('promote', { repository, tag, from: repository });
const limit = kind('limit', {
  repository,
  bytes: fc.option(fc.integer({ min: 0, max: 400 }), { nil: null }),
  tags: fc.option(fc.nat(4), { nil: null }),
});
const step = fc.oneof(
  { arbitrary: push, weight: 6 },
  { arbitrary: upload, weight: 4 },
  { arbitrary: mount, weight: 2 },
  { arbitrary: promote, weight: 3 },
  { arbitrary: limit, weight: 2 },
  kind('undo', { promotion: fc.nat(3) }),
  kind('delete manifest', { repository, manifest }),
  kind('delete tag', { repository, tag }),
  kind('delete blob', { repository, blob }),
  kind('delete repository', { repository, batches: fc.nat(6) }),
  kind('delete project', { repository, batches: fc.nat(12) }),
  kind('retain', { repository, tag }),
  kind('collect', { isWhole: fc.boolean() }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

// ---- The model: the tables as plain rows, and sums over them.

interface Row {
  readonly project: number;
  readonly repository: string;
}

interface Account {
  readonly project: number;
  readonly name: string;
  readonly bytes: number;
  readonly tags: number;
  readonly limit_bytes: number | null;
  readonly limit_tags: number | null;
}

class Tables {
  readonly blobs: readonly (Row & { blob: number; size: number })[];
  readonly manifests: readonly (Row & { size: number })[];
  readonly tags: readonly (Row & { tag: string })[];
  readonly accounts: readonly Account[];
  readonly links: readonly { project: number; blob: number; links: number }[];

  private constructor(tables: Pick<Tables, 'blobs' | 'manifests' | 'tags' | 'accounts' | 'links'>) {
    this.blobs = tables.blobs;
    this.manifests = tables.manifests;
    this.tags = tables.tags;
    this.accounts = tables.accounts;
    this.links = tables.links;
  }

  static async read({ rows }: ReadableStore): Promise<Tables> {
    const inRepository = 'select r.project_id as project, r.name as repository';
    return new Tables({
      blobs: await rows(`${inRepository}, rb.blob_id as blob, b.size from repository_blobs rb join repositories r on r.id = rb.repository_id
        join blobs b on b.id = rb.blob_id`),
      manifests: await rows(`${inRepository}, m.size from manifests m join repositories r on r.id = m.repository_id`),
      tags: await rows(`${inRepository}, t.name as tag from tags t join repositories r on r.id = t.repository_id`),
      accounts: await rows(`select u.project_id as project, p.name, u.bytes, u.tags, u.limit_bytes, u.limit_tags
        from usage u join projects p on p.id = u.project_id`),
      links: await rows('select project_id as project, blob_id as blob, links from project_blobs order by project_id, blob_id'),
    });
  }

  counted(project: number): { bytes: number; tags: number } {
    const own = <T extends Row>(all: readonly T[]): T[] => all.filter((row) => row.project === project);
    const sum = (sizes: Iterable<number>): number => [...sizes].reduce((one, other) => one + other, 0);
    const blobs = new Map(own(this.blobs).map((row) => [row.blob, row.size]));
    return { bytes: sum(blobs.values()) + sum(own(this.manifests).map(({ size }) => size)), tags: own(this.tags).length };
  }

  countedLinks(): Tables['links'] {
    const counts = new Map<string, { project: number; blob: number; links: number }>();
    for (const row of this.blobs) {
      const key = `${row.project} ${row.blob}`;
      counts.set(key, { project: row.project, blob: row.blob, links: (counts.get(key)?.links ?? 0) + 1 });
    }
    return [...counts.values()].sort((one, other) => one.project - other.project || one.blob - other.blob);
  }

  account(name: string): Account | undefined {
    return this.accounts.find((account) => account.name === name);
  }

  /** What of an account would be refused to grow by that much. */
  refusal(name: string, bytes: number, tags: number): string | undefined {
    const account = this.account(name);
    if (account === undefined) return undefined;
    const isAbove = (used: number, needed: number, most: number | null) => needed > 0 && most !== null && used + needed > most;
    if (isAbove(account.bytes, bytes, account.limit_bytes)) return `bytes ${bytes}`;
    return isAbove(account.tags, tags, account.limit_tags) ? `tags ${tags}` : undefined;
  }
}

const projectOf = (name: string): string => name.slice(0, 1);

/** Asserts that the accounts are what a recount finds, and, with limits that nobody has changed meanwhile, that none has grown beyond its own. */
function compare(before: Tables, now: Tables, isLimited: boolean): void {
  for (const account of now.accounts) {
    const { project, name, bytes, tags } = account;
    assert.deepEqual({ bytes, tags }, now.counted(project), `the account of ${name}`);
    const then = before.accounts.find((other) => other.project === project);
    for (const [used, most, was] of [
      [bytes, account.limit_bytes, then?.bytes],
      [tags, account.limit_tags, then?.tags],
    ] as const) {
      if (isLimited && most !== null) assert.ok(used <= Math.max(most, was ?? 0), `${name} grew to ${used}, above its limit of ${most}`);
    }
  }
  assert.deepEqual(now.links, now.countedLinks());
}

// ---- Doing it.

class Walk {
  readonly #store: MetadataStore;
  readonly #steps: StoreSteps;
  readonly #promotions: number[] = [];

  constructor(store: MetadataStore) {
    this.#store = store;
    this.#steps = new StoreSteps(store);
  }

  /** Does a step, and answers what refused it. */
  async take(one: Step): Promise<string | undefined> {
    const store = this.#store;
    this.#steps.at += 1;
    const { at } = this.#steps;
    if (one.kind === 'collect') return this.#collect(one.isWhole);
    if (one.kind === 'undo') {
      const id = this.#promotions.at(-1 - one.promotion);
      return this.#refusedBy(id === undefined ? undefined : await store.undoPromotion({ id, by, at }));
    }
    const name = repositories[one.repository] ?? assert.fail();
    switch (one.kind) {
      case 'push':
        return this.#refusedBy(await store.commitManifest(this.#manifest(one)));
      case 'upload':
        return this.#upload(one.repository, one.blob);
      case 'mount': {
        const from = repositories[one.from] ?? assert.fail();
        return this.#refusedBy(await store.mountBlob({ digest: digestOf(`blob ${one.blob}`), from, to: name, by, at }));
      }
      case 'promote': {
        const from = { repository: repositories[one.from] ?? assert.fail(), reference: { tag: tagOf(one.tag) } };
        const promotion = { from, to: { repository: name, tag: tagOf(one.tag) }, dryRun: false, undoUntil: at, by, at };
        const answer = await store.promote(promotion);
        if (answer.outcome === 'promoted') this.#promotions.push(answer.id);
        return this.#refusedBy(answer);
      }
      case 'limit':
        await store.setQuota({ project: projectOf(name), limits: { bytes: one.bytes, tags: one.tags }, version: 'any', by, at });
        return undefined;
      case 'delete manifest':
        await store.deleteManifest({ repository: name, digest: manifestDigest(one.manifest), by, at });
        return undefined;
      case 'delete tag':
        await store.deleteTag({ repository: name, tag: tagOf(one.tag), by, at });
        return undefined;
      case 'delete blob':
        await store.deleteBlob({ repository: name, digest: digestOf(`blob ${one.blob}`), by, at });
        return undefined;
      case 'retain':
        return this.#retain(one.repository, one.tag);
      case 'delete repository': {
        const found = await store.findRepository(name);
        await store.deleteRepository({ repository: name, by, at });
        for (let batch = 0; found !== undefined && batch < one.batches; batch += 1) await store.removeRemains({ repositoryId: found.id });
        return undefined;
      }
      case 'delete project': {
        const found = await store.findRepository(name);
        await store.deleteTenant({ name: projectOf(name), version: undefined, force: true, by, at });
        for (let batch = 0; found !== undefined && batch < one.batches; batch += 1) {
          await store.removeRemains({ projectId: found.projectId });
        }
        return undefined;
      }
    }
  }

  #refusedBy(answer: unknown): string | undefined {
    if (typeof answer !== 'object' || answer === null) return undefined;
    const { outcome, excess } = answer as { outcome?: string; excess?: { kind: string; needed: number } };
    return outcome === 'quota-exceeded' && excess !== undefined ? `${excess.kind} ${excess.needed}` : undefined;
  }

  #manifest({ repository: index, manifest: number, tags, blobs }: Extract<Step, { kind: 'push' }>) {
    return this.#steps.manifest(repositories[index] ?? assert.fail(), {
      bytes: manifestBytes(number),
      digest: manifestDigest(number),
      optionalBlobs: blobs.map((content) => digestOf(`blob ${content}`)),
      tags: tags.map(tagOf),
      // What refers to what stays for as long as that does.
      ...(number > 2 && { subject: manifestDigest(number - 3) }),
    });
  }

  async #upload(index: number, content: number): Promise<string | undefined> {
    const { at } = this.#steps;
    const id = randomUUID();
    const started = await this.#store.startUpload({ id, repository: repositories[index] ?? assert.fail(), by, algorithm: 'sha256', at });
    if (!('id' in started)) return 'start';
    const location = `blobs/${id}` as BlobLocation;
    const digest = digestOf(`blob ${content}`);
    const answer = await this.#store.commitBlob({ uploadId: id, epoch: 1, digest, sizeBytes: blobSize(content), location, by, at });
    await this.#store.cancelUpload({ id });
    return this.#refusedBy(answer);
  }

  async #retain(index: number, number: number): Promise<undefined> {
    const { at } = this.#steps;
    const found = await this.#store.findRepository(repositories[index] ?? assert.fail());
    if (found === undefined) return undefined;
    const name = `retention:${found.id}`;
    const { fencingToken: token } = (await this.#store.acquireLease({ name, holder: 'run', ttlMs: 60_000 })) ?? assert.fail();
    const removal = { repositoryId: found.id, before: at + 1, at, by: systemAgent('retention'), fence: { lease: name, token } };
    const facts = await this.#store.listTagFacts(found.id, { limit: 10, after: undefined });
    await this.#store.removeTags({ ...removal, tags: facts.filter((fact) => fact.name === tagOf(number)) });
    const manifestIds = await this.#store.listReleasedManifests(found.id, { limit: 10, after: 0 });
    await this.#store.removeReleased({ ...removal, manifestIds });
    return undefined;
  }

  async #collect(isWhole: boolean): Promise<undefined> {
    const store = this.#store;
    const { at } = this.#steps;
    const before = at + 1;
    if (isWhole) {
      const manifests = (await store.listUntaggedManifests(before, undefined, 100)).items;
      await store.removeUntaggedManifests({ before, at, by, manifests });
    }
    const links = (await store.listUnreferencedLinks(before, undefined, 100)).items;
    await store.removeUnreferencedLinks({ before, links });
    const placementIds = (await store.listUnlinkedPlacements(before, undefined, 100)).items.map(({ placementId }) => placementId);
    const condemned = await store.condemnPlacements({ before, at, placementIds });
    await store.forgetPlacements({ placementIds: condemned.map(({ placementId }) => placementId), at });
    return undefined;
  }
}

/** What must refuse a step; sizes tell manifests and blobs apart. */
function foreseen(tables: Tables, one: Step): string | undefined {
  if (one.kind !== 'push' && one.kind !== 'upload' && one.kind !== 'mount') return undefined;
  const name = repositories[one.repository] ?? assert.fail();
  const project = projectOf(name);
  if (one.kind === 'push') {
    const size = manifestBytes(one.manifest).length;
    const isThere = tables.manifests.some((row) => row.repository === name && row.size === size);
    const tags = one.tags.filter((number) => !tables.tags.some((row) => row.repository === name && row.tag === tagOf(number)));
    return tables.refusal(project, isThere ? 0 : size, tags.length);
  }
  const size = blobSize(one.blob);
  const has = (by: (row: Row) => boolean): boolean => tables.blobs.some((row) => row.size === size && by(row));
  const account = tables.account(project);
  if (one.kind === 'upload' && account !== undefined && account.limit_bytes !== null && account.bytes >= account.limit_bytes)
    return 'start';
  if (one.kind === 'mount' && !has((row) => row.repository === repositories[one.from])) return undefined;
  return tables.refusal(project, has((row) => row.project === account?.project) ? 0 : size, 0);
}

/** Registers the property: after each step, and after several at once, every account is what a recount finds; what does not fit is refused, and nothing else. */
export function describeAccountingModel(name: string, open: () => Promise<ReadableStore>, numRuns: number): void {
  test(`${name}: accounts equal a recount after every step, and are refused what does not fit and nothing else`, async () => {
    const opened = await open();
    const steps = fc.array(
      fc.oneof({ arbitrary: fc.tuple(step), weight: 4 }, { arbitrary: fc.array(step, { minLength: 2, maxLength: 4 }), weight: 1 }),
      {
        minLength: 10,
        maxLength: 40,
      },
    );
    const property = fc.asyncProperty(steps, async (groups) => {
      const { store } = opened;
      const walk = new Walk(store);
      let before = await Tables.read(opened);
      for (const group of groups) {
        const [first, ...others] = group;
        const refusals = await Promise.all(group.map((one) => walk.take(one)));
        const now = await Tables.read(opened);
        compare(before, now, others.length === 0 || group.every(({ kind }) => kind !== 'limit'));
        if (first !== undefined && others.length === 0) {
          const [refusal] = refusals;
          if (first.kind !== 'promote') assert.equal(refusal, foreseen(before, first), first.kind);
          if (refusal !== undefined) assert.deepEqual(now, before, `${first.kind} was refused`);
        }
        before = now;
      }
      for (const project of ['a', 'b']) await store.deleteTenant({ name: project, version: undefined, force: true, by, at: 0 });
    });
    await fc.assert(property, { numRuns }).finally(() => opened.dispose());
  });
}
