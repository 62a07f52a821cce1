import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { requireTag } from '@longshore/oci';
import type { TagRule, TagRuleTerms } from '../../registry/ports/tag-rule-store.ts';
import { mostTagRules } from '../../registry/ports/tag-rule-store.ts';
import { namesOfProject, onlyName } from '../../registry/repository-pattern.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, foreign, storeTest, web } from './contract-steps.ts';

const range = namesOfProject('team');
const v1 = requireTag('v1');

/** The agent of these steps, acting through roles. */
export const withRoles = (...roles: string[]) => ({ ...by, roles });

/** Makes a rule that must be accepted, over everything in the project. */
async function makeRule({ store, at }: StoreSteps, tags: string, kind: TagRule['kind'], roles: string[] = []): Promise<TagRule> {
  const terms: TagRuleTerms = { repositories: '**', tags, kind, roles };
  const rule = await store.createTagRule({ project: 'team', terms, range, by, at });
  assert.ok(typeof rule === 'object', String(rule));
  return rule;
}

/** Rules over tags: what they refuse, whom they let, and from when on. */
export function describeTagRules(open: OpenStore): void {
  describe('tag rules', () => {
    storeTest(open, 'are made, changed by version, listed through their project, and deleted', async (steps) => {
      const { store, at } = steps;
      assert.equal(await store.listTagRules('team'), undefined);
      await steps.push(app);
      await steps.push(foreign);
      assert.deepEqual(await store.listTagRules('team'), []);
      const rule = await makeRule(steps, 'v*', 'immutable');
      assert.deepEqual(await store.listTagRules('team'), [rule]);
      assert.deepEqual(await store.findTagRule('team', rule.id), rule);
      assert.equal(await store.findTagRule('other', rule.id), undefined, 'a rule exists in its project alone');
      const terms: TagRuleTerms = { repositories: '**', tags: 'v?', kind: 'protected', roles: ['maintainer'] };
      const change = { project: 'team', id: rule.id, version: 1, terms, range, by, at };
      assert.equal(await store.updateTagRule({ ...change, project: 'other' }), 'absent');
      assert.equal(await store.updateTagRule({ ...change, version: 2 }), 'stale');
      assert.deepEqual(await store.updateTagRule(change), { ...rule, ...terms, version: 2 });
      assert.deepEqual(await store.findTagRule('team', rule.id), { ...rule, ...terms, version: 2 });
      const removal = { project: 'team', id: rule.id, version: 2, by, at };
      assert.equal(await store.deleteTagRule({ ...removal, project: 'other' }), 'absent');
      assert.equal(await store.deleteTagRule({ ...removal, version: 1 }), 'stale');
      assert.equal(await store.deleteTagRule(removal), 'deleted');
      assert.equal(await store.deleteTagRule(removal), 'absent');
      await steps.push(app, { tags: ['v1'] });
      await steps.push(app, { tags: ['v1'] });
      assert.equal(await store.createTagRule({ project: 'nobody', terms, range, by, at }), 'unknown-project');
    });

    storeTest(open, 'a project has a bounded number of them', async (steps) => {
      await steps.push(app);
      for (let count = 0; count < mostTagRules; count += 1) await makeRule(steps, `v${count}`, 'immutable');
      const terms: TagRuleTerms = { repositories: '**', tags: '*', kind: 'immutable', roles: [] };
      assert.equal(await steps.store.createTagRule({ project: 'team', terms, range, by, at: steps.at }), 'too-many');
    });

    storeTest(open, 'an immutable tag is created once, and never moved or deleted, by nobody', async (steps) => {
      const { store, at } = steps;
      await steps.push(app, { tags: ['latest'] });
      const rule = await makeRule(steps, 'v*', 'immutable');
      const first = await steps.push(app, { tags: ['v1'] });
      const refusal = { outcome: 'tag-immutable', tag: 'v1', rule: { id: rule.id, repositories: '**', tags: 'v*', roles: [] } };
      const administrator = withRoles('administrator');
      const second = steps.manifest(app, { tags: ['latest', 'v1'] });
      assert.deepEqual(await store.commitManifest({ ...second, by: administrator }), refusal);
      assert.equal(await store.findManifest(app, { digest: second.digest }), undefined, 'nothing of it is stored');
      assert.deepEqual(await store.deleteTag({ repository: app, tag: v1, by: administrator, at }), refusal);
      assert.deepEqual(await store.deleteManifest({ repository: app, digest: first, by: administrator, at }), refusal);
      assert.equal((await store.findManifestInfo(app, { tag: v1 }))?.digest, first);
      await steps.push(app, { tags: ['latest'] });
      await steps.push(foreign, { tags: ['v1'] });
      await steps.push(foreign, { tags: ['v1'] });
    });

    storeTest(open, 'a repository goes only when no rule keeps one of its tags from whoever deletes it', async (steps) => {
      const { store, at } = steps;
      await steps.push(app, { tags: Array.from({ length: 1100 }, (_, index) => `a${index}`) });
      await steps.push(app, { tags: ['v1'] });
      await steps.push(web, { tags: ['latest'] });
      const immutable = await makeRule(steps, 'v*', 'immutable');
      await makeRule(steps, 'latest', 'protected', ['maintainer']);
      const removal = { repository: app, by: withRoles('administrator'), at };
      const refusal = { outcome: 'tag-immutable', tag: 'v1', rule: { id: immutable.id, repositories: '**', tags: 'v*', roles: [] } };
      assert.deepEqual(await store.deleteRepository(removal), refusal);
      assert.equal((await store.deleteRepository({ repository: web, by, at })).outcome, 'tag-protected');
      assert.notEqual(await store.findManifestInfo(app, { tag: v1 }), undefined);
      assert.equal((await store.deleteRepository({ repository: web, by: withRoles('maintainer'), at })).outcome, 'deleted');
      await store.deleteTagRule({ project: 'team', id: immutable.id, version: 1, by, at });
      assert.equal((await store.deleteRepository(removal)).outcome, 'deleted');
      const lost = { repositories: 0, tags: 1102, sizeBytes: 60 };
      assert.deepEqual(await store.deleteTenant({ name: 'team', version: undefined, force: false, by, at }), {
        outcome: 'has-content',
        lost,
      });
    });

    storeTest(open, 'a protected tag is changed by holders of its roles, and by administrators', async (steps) => {
      const { store, at } = steps;
      await steps.push(app, { tags: ['latest'] });
      await makeRule(steps, 'v*', 'protected', ['releaser']);
      const pushAs = async (...roles: string[]) =>
        (await store.commitManifest({ ...steps.manifest(app, { tags: ['v1'] }), by: withRoles(...roles) })).outcome;
      assert.equal(await pushAs('writer', 'owner'), 'tag-protected', 'creating it counts as well');
      assert.equal(await pushAs('writer', 'releaser'), 'stored');
      assert.equal(await pushAs('writer'), 'tag-protected');
      assert.equal(await pushAs('administrator'), 'stored');
      const removal = { repository: app, tag: v1, at };
      assert.equal(
        (Object(await store.deleteTag({ ...removal, by: withRoles('owner') })) as { outcome?: string }).outcome,
        'tag-protected',
      );
      assert.equal(await store.deleteTag({ ...removal, by: withRoles('releaser') }), 'deleted');
    });

    storeTest(open, 'a rule holds for the repositories that it names', async (steps) => {
      const { store, at } = steps;
      await steps.push(app, { tags: ['v1'] });
      await steps.push(web, { tags: ['v1'] });
      const terms: TagRuleTerms = { repositories: 'web', tags: '*', kind: 'immutable', roles: [] };
      await store.createTagRule({ project: 'team', terms, range: onlyName('team/web'), by, at });
      await steps.push(app, { tags: ['v1'] });
      assert.equal((await steps.tryPush(web, { tags: ['v1'] })).outcome, 'tag-immutable');
    });

    storeTest(open, 'a rule holds for whatever commits after it', async (steps) => {
      const { store } = steps;
      for (let round = 0; round < 20; round += 1) {
        const tag = requireTag(`r${round}`);
        await steps.push(app, { tags: [tag] });
        const pushes = Array.from({ length: 4 }, () => steps.tryPush(app, { tags: [tag] }));
        await makeRule(steps, tag, 'immutable');
        const held = (await store.findManifestInfo(app, { tag }))?.digest;
        await Promise.all(pushes);
        assert.equal((await store.findManifestInfo(app, { tag }))?.digest, held, `round ${round}: moved after the rule was there`);
      }
    });
  });
}
