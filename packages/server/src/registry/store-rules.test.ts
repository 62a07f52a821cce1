import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeByRules } from './store-rules.ts';

test('the rule that fits best chooses the store of a new project', () => {
  const choose = storeByRules([
    { store: 'wide', projects: ['base-*'] },
    { store: 'narrow', projects: ['base-images-*', 'team-a'] },
    { store: 'exact', projects: ['base-images-one'] },
    { store: 'none', projects: [] },
  ]);
  const chosen = Object.fromEntries(
    ['base-x', 'base-', 'base', 'base-images-two', 'base-images-one', 'team-a', 'team-ab', 'none'].map((project) => [
      project,
      choose(project),
    ]),
  );
  assert.deepEqual(chosen, {
    ...{ 'base-x': 'wide', 'base-': 'wide', base: 'default', 'base-images-two': 'narrow', 'base-images-one': 'exact' },
    ...{ 'team-a': 'narrow', 'team-ab': 'default', none: 'default' },
  });
  assert.equal(storeByRules([{ store: 'all', projects: ['*'] }])('anything'), 'all');
});
