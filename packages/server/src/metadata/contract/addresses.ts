import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type RepositoryName, requireRepositoryName, requireTag } from '@longshore/oci';
import { maskOf } from '../../registry/action-mask.ts';
import { addressKey, isInSpan } from '../../registry/address-spans.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { TenantSettings } from '../../registry/ports/tenant-store.ts';
import { newUser } from './access.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { by, storeTest } from './contract-steps.ts';

const settings = {
  description: undefined,
  visibility: 'public' as const,
  environment: undefined,
  promotesTo: undefined,
  expireAfterHours: undefined,
  allowedAddresses: undefined,
  deniedAddresses: undefined,
};
const inside = addressKey('10.1.2.3') ?? assert.fail();
const outside = addressKey('192.0.2.1') ?? assert.fail();
const page = { limit: 9, after: undefined };
const administrator: Agent = { ...by, roles: ['administrator'] };

const limit = ({ store, at }: StoreSteps, name: string, limits: Partial<TenantSettings>, agent = administrator) =>
  store.updateTenant({ name, version: undefined, settings: limits, by: agent, at });

/** Public projects `inner`, for 10.0.0.0/8 alone, and `outer`, each with a repository `nginx` that has one blob of both. */
async function twoProjects(
  steps: StoreSteps,
): Promise<{ inner: RepositoryName; outer: RepositoryName; listed: (see: Visibility) => Promise<string[]> }> {
  const { store, at } = steps;
  await store.registerStores({ names: ['default'] });
  for (const name of ['inner', 'outer']) await store.createTenant({ name, store: 'default', settings, by, at });
  const [inner, outer] = [requireRepositoryName('inner/nginx'), requireRepositoryName('outer/nginx')];
  const digest = await steps.blob(inner);
  await steps.blob(outer, digest);
  for (const name of [inner, outer]) await steps.push(name, { blobs: [digest], tags: ['v1'] });
  assert.equal(await limit(steps, 'inner', { allowedAddresses: ['10.0.0.0/8'] }), 'updated');
  const listed = async (visibility: Visibility): Promise<string[]> =>
    [
      ...(await store.listRepositories(visibility, page)).items,
      ...(await store.listTenants(visibility, {}, { by: 'name', after: undefined }, 9)).items.map(({ name }) => name),
      ...(await store.listTenants(visibility, {}, { by: 'newest', after: undefined }, 9)).items.map(({ name }) => name),
      ...(await store.searchRepositories({ term: 'nginx', visibility }, page)).items.map(({ name }) => `found ${name}`),
      ...(await store.browseRepositories({ project: 'inner', visibility }, page)).items.map(({ name }) => `browsed ${name}`),
      ...(await store.findBlobSources(digest, 'default', visibility, 9)).map((name) => `mounted ${name}`),
    ].sort();
  return { inner, outer, listed };
}

/** Projects that are closed to addresses. */
export function describeAddresses(open: OpenStore): void {
  describe('addresses', () => {
    storeTest(open, 'lists leave out what is closed to where somebody looks from, whatever he may see', async (steps) => {
      const { listed } = await twoProjects(steps);
      const alice = await newUser(steps, 'alice');
      const { store, at } = steps;
      for (const project of ['inner', 'outer']) await store.setProjectRole({ userId: alice.id, project, role: 'reader', by, at });
      const action = maskOf(['pull', 'list']);
      const sights: Exclude<Visibility, { kind: 'nothing' }>[] = [
        { kind: 'everything' },
        { kind: 'held', holder: undefined, action, open: ['public'] },
        { kind: 'held', holder: alice, action, open: [] },
        { kind: 'held', holder: alice, action, open: ['public', 'internal'] },
      ];
      const ofOuter = ['found outer/nginx', 'mounted outer/nginx', 'outer', 'outer', 'outer/nginx'];
      const ofBoth = [...ofOuter, ...ofOuter.map((text) => text.replace('outer', 'inner')), 'browsed inner/nginx'].sort();
      for (const sight of sights) {
        assert.deepEqual(await listed(sight), ofBoth);
        assert.deepEqual(await listed({ ...sight, from: inside }), ofBoth);
        assert.deepEqual(await listed({ ...sight, from: outside }), ofOuter);
        assert.deepEqual(await listed({ ...sight, from: 'unknown' }), ofOuter);
      }
      assert.equal(await limit(steps, 'outer', { promotesTo: 'inner' }), 'updated');
      const day = 20_000;
      const pulls = ['inner', 'outer'].map((project) => ({ project, day, bytes: project === 'inner' ? 100 : 1, pulls: 1 }));
      await store.notePulls({ manifests: [], tags: [], projects: pulls, today: day });
      for (const sight of sights) {
        assert.deepEqual(await store.sumDaysOfPulls({ ...sight, from: outside }, day), [{ day, bytes: 1, pulls: 1 }]);
        const all = await store.sumDaysOfPulls({ ...sight, from: inside }, day);
        assert.deepEqual(all, sight.kind === 'everything' ? undefined : [{ day, bytes: 101, pulls: 2 }]);
      }
      const next = async (from: string) => (await store.findTenant('outer', { kind: 'everything', from }))?.promotesTo;
      assert.deepEqual([await next(inside), await next(outside)], ['inner', undefined]);
    });

    storeTest(open, 'the source of a promotion is not named to whom it is closed', async (steps) => {
      const { inner, outer } = await twoProjects(steps);
      const { store, at } = steps;
      const from = { repository: inner, reference: { tag: requireTag('v1') } };
      const to = { repository: outer, tag: requireTag('v2') };
      const made = await store.promote({ from, to, dryRun: false, undoUntil: at + 1000, by, at });
      assert.equal(made.outcome, 'promoted');
      const shown = async (sight: string) => {
        const see: Visibility = { kind: 'everything', from: sight };
        const { items } = await store.listPromotions({ project: 'outer' }, { target: see, source: see }, { limit: 9, before: undefined });
        return items.map((promotion) => promotion.from.repository);
      };
      assert.deepEqual([await shown(inside), await shown(outside)], [[inner], [undefined]]);
    });

    storeTest(open, 'limits are kept as given, changed one by one, and taken away', async (steps) => {
      const { store } = steps;
      await twoProjects(steps);
      const isClosed = async (key: string) => isInSpan((await store.findClosedSpans('inner')).spans, key);
      const shown = async () => {
        const { allowedAddresses, deniedAddresses } = (await store.findTenant('inner')) ?? assert.fail();
        return [allowedAddresses, deniedAddresses];
      };
      assert.deepEqual(await shown(), [['10.0.0.0/8'], undefined]);
      assert.deepEqual([await isClosed(inside), await isClosed(outside)], [false, true]);
      await limit(steps, 'inner', { deniedAddresses: ['10.1.0.0/16', '10.1.0.0/16'] });
      assert.deepEqual(await shown(), [['10.0.0.0/8'], ['10.1.0.0/16', '10.1.0.0/16']]);
      assert.deepEqual([await isClosed(inside), await isClosed(addressKey('10.2.0.0') ?? '')], [true, false]);
      assert.deepEqual(await store.findClosedSpans('outer'), { spans: [] });
      assert.deepEqual(await store.findClosedSpans('nowhere'), { spans: [] });
      assert.deepEqual(await store.findAddressLimits(), { some: true });
      await limit(steps, 'inner', { allowedAddresses: undefined, deniedAddresses: undefined });
      assert.deepEqual(await shown(), [undefined, undefined]);
      assert.deepEqual(await store.findAddressLimits(), { some: false });
    });

    storeTest(open, 'nobody but an administrator closes a project to himself, and a name that is taken again is open', async (steps) => {
      const { store, at } = steps;
      await twoProjects(steps);
      assert.equal(await limit(steps, 'inner', { deniedAddresses: ['192.0.2.0/24'] }, by), 'closes-caller');
      assert.equal((await store.findTenant('inner'))?.deniedAddresses, undefined);
      assert.equal(await limit(steps, 'inner', { allowedAddresses: ['192.0.2.0/24'] }, by), 'updated');
      const { address: _, ...nowhere } = by;
      assert.equal(await limit(steps, 'inner', { allowedAddresses: ['10.0.0.0/8'] }, { ...nowhere, address: undefined }), 'updated');
      const create = (name: string, agent: Agent) =>
        store.createTenant({ name, store: 'default', settings: { ...settings, allowedAddresses: ['10.0.0.0/8'] }, by: agent, at });
      assert.equal(await create('third', by), 'closes-caller');
      assert.equal(await store.findTenant('third'), undefined);
      assert.equal(await create('third', administrator), 'created');
      await store.deleteTenant({ name: 'third', version: undefined, force: true, by, at });
      await store.createTenant({ name: 'third', store: 'default', settings, by, at });
      assert.deepEqual(await store.findClosedSpans('third'), { spans: [] });
    });
  });
}
