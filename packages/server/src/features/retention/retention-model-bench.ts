import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Digest, requireRepositoryName, requireTag } from '@longshore/oci';
import fc from 'fast-check';
import { type OpenStore, StoreSteps } from '../../metadata/contract/contract-steps.ts';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import type { Keep, RetentionRule } from '../../registry/retention-rule.ts';
import { createMemoryStore } from '../../storage/memory/memory-store.ts';
import { collectGarbage } from '../garbage-collection/collect-garbage.ts';
import { previewRetention } from './preview-retention.ts';
import type { RetentionDeps, RetentionTask } from './retention-deps.ts';
import { runRetention } from './run-retention.ts';

const dayMs = 24 * 60 * 60_000;
const graceMs = dayMs;
const now = 1_800_000_000_000;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A manifest of a random registry; numbers are indexes of earlier ones. */
interface Made {
  readonly children: readonly number[];
  readonly subject: number | undefined;
  readonly tags: readonly string[];
  /** Tags of signatures of earlier manifests. */
  readonly signs: readonly number[];
  readonly hoursAgo: number;
  readonly pulledHoursAgo: number | undefined;
  readonly isLeased: boolean;
}

const someTag = fc.oneof(
  fc.constantFrom('latest', 'main', 'dev-1', 'dev-2', 'pr-7', 'nightly'),
  fc
    .tuple(fc.constantFrom('', 'v'), fc.nat(2), fc.nat(2), fc.nat(3), fc.constantFrom('', '', '-rc.1', '-rc.2'))
    .map(([v, major, minor, patch, rest]) => `${v}${major}.${minor}.${patch}${rest}`),
);

const someManifest = (index: number): fc.Arbitrary<Made> => {
  const earlier = index === 0 ? fc.constant<number[]>([]) : fc.uniqueArray(fc.nat(index - 1), { maxLength: 2 });
  const rarely = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });
  return fc.record({
    children: fc.boolean().chain((isIndex) => (isIndex ? earlier : fc.constant<number[]>([]))),
    subject: index === 0 ? fc.constant(undefined) : rarely(fc.nat(index - 1)),
    tags: fc.uniqueArray(someTag, { maxLength: 2 }),
    signs: fc.boolean().chain((isSignature) => (isSignature ? earlier : fc.constant<number[]>([]))),
    hoursAgo: fc.nat(24 * 40),
    pulledHoursAgo: rarely(fc.nat(24 * 40)),
    isLeased: fc.nat(3).map((value) => value === 0),
  });
};

const someRegistry = fc
  .integer({ min: 1, max: 9 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => someManifest(index))));

const someKeep: fc.Arbitrary<Keep> = fc.oneof(
  fc.constant<Keep>({ kind: 'all' }),
  fc.integer({ min: 1, max: 3 }).map((count): Keep => ({ kind: 'newest', count })),
  fc.integer({ min: 1, max: 30 }).map((days): Keep => ({ kind: 'pushedWithin', days })),
  fc.integer({ min: 1, max: 30 }).map((days): Keep => ({ kind: 'pulledWithin', days })),
  fc
    .record({ count: fc.integer({ min: 1, max: 2 }), per: fc.constantFrom('major' as const, 'minor' as const), prereleases: fc.boolean() })
    .map((keep): Keep => ({ kind: 'semver', ...keep })),
);

const someRule: fc.Arbitrary<RetentionRule> = fc.record({
  repositories: fc.constantFrom('**', '**', 'app', 'a*', 'other'),
  include: fc.constantFrom(['*'], ['v*', 'latest'], ['*.*.*'], ['dev-?', 'main']),
  exclude: fc.constantFrom([], ['*-rc*'], ['latest']),
  keep: someKeep,
});

const somePolicy = fc.record({
  rules: fc.array(someRule, { minLength: 1, maxLength: 3 }),
  untaggedDays: fc.option(fc.integer({ min: 2, max: 30 }), { nil: undefined }),
  /** Tags that a tag rule keeps. */
  immutable: fc.option(fc.constantFrom('v*', 'main', '?.*', 'sha256-*'), { nil: undefined }),
});

type Policy = typeof somePolicy extends fc.Arbitrary<infer P> ? P : never;

// ---- The model: a registry as plain sets, and the rules read out of the guide, by other means than the code's.

interface ModelTag {
  readonly name: string;
  manifest: number;
  pushedAt: number;
}

interface Model {
  readonly made: readonly Made[];
  readonly digests: Digest[];
  readonly renewedAt: number[];
  readonly tags: Map<string, ModelTag>;
}

function globbed(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) =>
    new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name),
  );
}

/** Major, minor, patch, and the number of the release candidate; releases are the last. */
function versionOf(name: string): [number, number, number, number] | undefined {
  const [, major, minor, patch, rc] = /^v?(\d+)\.(\d+)\.(\d+)(?:-rc\.(\d+))?$/.exec(name) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch), rc === undefined ? 1000 : Number(rc)];
}

function isKept(rule: RetentionRule, tag: ModelTag, model: Model, own: readonly ModelTag[]): boolean {
  const among = own.filter(({ name }) => globbed(rule.include, name) && !globbed(rule.exclude, name));
  if (!among.includes(tag)) return false;
  const { keep } = rule;
  if (keep.kind === 'all') return true;
  if (keep.kind === 'pushedWithin') return now - tag.pushedAt <= keep.days * dayMs;
  if (keep.kind === 'pulledWithin') {
    const pulled = model.made[tag.manifest]?.pulledHoursAgo;
    return pulled !== undefined && pulled <= keep.days * 24;
  }
  if (keep.kind === 'newest') {
    const sorted = [...among].sort((a, b) => b.pushedAt - a.pushedAt || (a.name < b.name ? 1 : -1));
    return sorted.indexOf(tag) < keep.count;
  }
  const version = versionOf(tag.name);
  if (version === undefined || (version[3] !== 1000 && !keep.prereleases)) return false;
  const line = (of: readonly number[]) => (keep.per === 'major' ? `${of[0]}` : `${of[0]}.${of[1]}`);
  const versions = among.flatMap(({ name }) => {
    const other = versionOf(name);
    return other === undefined || (other[3] !== 1000 && !keep.prereleases) || line(other) !== line(version) ? [] : [other];
  });
  const order = (of: readonly number[]) => of.reduce((sum, part) => sum * 10_000 + part, 0);
  const higher = new Set(versions.map(order).filter((other) => other > order(version)));
  return higher.size < keep.count;
}

/** What must remain: names of tags, and manifests. */
function survivors(model: Model, repository: string, { rules, untaggedDays, immutable }: Policy) {
  const { made, digests, renewedAt } = model;
  const manifests = new Set(made.keys());
  const tags = new Map(model.tags);
  const signature = (manifest: number) => `${digests[manifest]?.replace(':', '-')}.sig`;
  const isFixed = (name: string) => immutable !== undefined && globbed([immutable], name);
  const isSignature = (name: string) => name.startsWith('sha256-');
  const isLeased = (manifest: number) => made[manifest]?.isLeased === true;
  const isLeasedTag = ({ manifest }: ModelTag) => isLeased(manifest) || (made[manifest]?.children ?? []).some(isLeased);
  const path = repository.slice(repository.indexOf('/') + 1);
  const about = rules.filter(
    ({ repositories }) => repositories === '**' || repositories === path || (repositories === 'a*' && path.startsWith('a')),
  );
  const lost = new Set<number>();
  if (about.length > 0) {
    const own = [...tags.values()].filter(({ name }) => !isSignature(name));
    for (const tag of own) {
      if (isFixed(tag.name) || isLeasedTag(tag) || about.some((rule) => isKept(rule, tag, model, own))) continue;
      tags.delete(tag.name);
      lost.add(tag.manifest);
    }
  }
  for (let isDone = false; !isDone; ) {
    isDone = true;
    for (const manifest of [...manifests]) {
      const one = made[manifest];
      if (one === undefined) continue;
      const isHeld =
        [...tags.values()].some((tag) => tag.manifest === manifest) ||
        [...manifests].some((parent) => made[parent]?.children.includes(manifest)) ||
        (one.subject !== undefined && manifests.has(one.subject)) ||
        one.isLeased;
      const age = now - (renewedAt[manifest] ?? now);
      const isOld = (lost.has(manifest) && age > graceMs) || (untaggedDays !== undefined && age > untaggedDays * dayMs);
      if (isHeld || !isOld) continue;
      isDone = false;
      manifests.delete(manifest);
      const own = tags.get(signature(manifest));
      if (own !== undefined && !isFixed(own.name) && !isLeasedTag(own)) {
        tags.delete(own.name);
        lost.add(own.manifest);
      }
      for (const child of one.children) lost.add(child);
      for (const [other, { subject }] of made.entries()) if (subject === manifest) lost.add(other);
    }
  }
  return { tags: [...tags.keys()].sort(), manifests: [...manifests].map((manifest) => digests[manifest] ?? '').sort() };
}

// ---- Making it, and comparing.

async function make(store: MetadataStore, repository: string, made: readonly Made[]): Promise<Model> {
  const name = requireRepositoryName(repository);
  const steps = new StoreSteps(store);
  const model: Model = { made, digests: [], renewedAt: [], tags: new Map() };
  for (const [index, one] of made.entries()) {
    steps.at = now - one.hoursAgo * 3_600_000;
    const blob = await steps.blob(name);
    const children = one.children.map((child) => model.digests[child] ?? assert.fail());
    const signed = one.signs.map((other) => `${(model.digests[other] ?? assert.fail()).replace(':', '-')}.sig`);
    const tags = [...one.tags, ...signed];
    const subject = one.subject === undefined ? undefined : model.digests[one.subject];
    const digest = await steps.push(name, { blobs: [blob], children, tags, ...(subject !== undefined && { subject }) });
    model.digests.push(digest);
    model.renewedAt.push(steps.at);
    for (const child of one.children) model.renewedAt[child] = Math.max(model.renewedAt[child] ?? 0, steps.at);
    for (const tag of tags) model.tags.set(tag, { name: tag, manifest: index, pushedAt: steps.at });
    if (one.isLeased) await store.leaseContent({ holder: `pod/${repository}`, digest, expiresAt: now + dayMs });
    if (one.pulledHoursAgo !== undefined) {
      const pull = { repository: name, digest, pulls: 1, lastAt: now - one.pulledHoursAgo * 3_600_000 };
      await store.notePulls({ manifests: [pull], tags: [], projects: [], today: 1 });
    }
  }
  return model;
}

async function remaining(store: MetadataStore, repository: string, model: Model) {
  const name = requireRepositoryName(repository);
  const tags = (await store.listTags(name, { limit: 1000 }))?.items ?? [];
  const manifests: Digest[] = [];
  for (const digest of model.digests) if ((await store.findManifestInfo(name, { digest })) !== undefined) manifests.push(digest);
  return { tags: [...tags].sort(), manifests: manifests.sort() };
}

/** Promotes every tag that is no signature's into another project, and answers what that has then. */
async function promoteAll(store: MetadataStore, repository: string, model: Model) {
  const target = requireRepositoryName(repository.replace('/', 'prod/'));
  await new StoreSteps(store).push(target);
  for (const name of model.tags.keys()) {
    if (name.startsWith('sha256-')) continue;
    const tag = requireTag(name);
    const from = { repository: requireRepositoryName(repository), reference: { tag } };
    await store.promote({ from, to: { repository: target, tag }, dryRun: false, undoUntil: now + dayMs, by: systemAgent('test'), at: now });
  }
  return { repository: target, content: await remaining(store, target, model) };
}

/** Registers the property: what remains of a random registry under a random policy is what the model says, and a collection takes none of it. */
export function describeRetentionModel(name: string, open: OpenStore, numRuns: number): void {
  test(`${name}: exactly what the model says remains, as previewed, and a garbage collection takes none of it`, async () => {
    const { store, dispose } = await open();
    const deps: RetentionDeps = { retention: store, leases: store, logger: silent, clock: () => now, graceMs };
    const blobs = createMemoryStore();
    let count = 0;
    const property = fc.asyncProperty(someRegistry, somePolicy, async (made, policy) => {
      const { rules, untaggedDays, immutable } = policy;
      const project = `p${count++}`;
      const repository = `${project}/app`;
      const model = await make(store, repository, made);
      const projectId = (await store.findRepository(requireRepositoryName(repository)))?.projectId ?? assert.fail();
      const untaggedAfterMs = untaggedDays === undefined ? undefined : untaggedDays * dayMs;
      const task: RetentionTask = { projectId, project, rules, tags: true, graceMs, untaggedAfterMs, allowEmpty: true };
      const signal = new AbortController().signal;
      if (immutable !== undefined) {
        const terms = { repositories: '**', tags: immutable, kind: 'immutable', roles: [] } as const;
        await store.createTagRule({ project, terms, range: namesOfProject(project), by: systemAgent('test'), at: now });
      }
      const promoted = await promoteAll(store, repository, model);
      const all = await remaining(store, repository, model);
      const preview = await previewRetention(deps, task, { limit: 200, signal });
      const expected = survivors(model, repository, policy);
      const report = await runRetention(deps, task, { kind: 'policy', requestedBy: 'user:1:tester', signal });
      const left = await remaining(store, repository, model);
      assert.deepEqual(left, expected);
      assert.deepEqual([report.tagsKept, report.tagsRemoved], [left.tags.length, all.tags.length - left.tags.length]);
      assert.equal(report.manifestsRemoved, all.manifests.length - left.manifests.length);
      assert.deepEqual(
        preview.items.filter(({ kept }) => kept).map((item) => item.name),
        left.tags,
      );
      assert.deepEqual([preview.summary.tagsRemoved, preview.summary.manifestsRemoved], [report.tagsRemoved, report.manifestsRemoved]);
      // One blob of each manifest, which what was promoted needs as well.
      const freed = all.manifests.filter((digest) => !left.manifests.includes(digest) && !promoted.content.manifests.includes(digest));
      assert.equal(preview.summary.freedBytes, 100 * freed.length);
      const collection = { graceMs: -1, uploadExpiryMs: dayMs, untagged: 'keep' as const, untaggedAfterMs: 0, batchSize: 200 };
      const stores = new Map([['default', blobs]]);
      await collectGarbage({
        runs: store,
        garbage: store,
        events: store,
        leases: store,
        stores,
        logger: silent,
        clock: () => now,
        policy: collection,
        by: systemAgent('gc'),
        dryRun: false,
      });
      assert.deepEqual(await remaining(store, repository, model), expected);
      assert.deepEqual(await remaining(store, promoted.repository, model), promoted.content, 'what was promoted stays');
      await store.releaseContent({ holder: `pod/${repository}` });
      return true;
    });
    await fc.assert(property, { numRuns }).finally(dispose);
  });
}
