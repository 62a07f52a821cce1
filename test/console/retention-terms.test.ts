import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPolicy, type RetentionPolicy, termsOf, valuesOf } from '../../packages/console/src/areas/projects/retention-terms.ts';

const stored: RetentionPolicy = {
  project: 'team',
  rules: [
    { repositories: '**', include: ['v*'], exclude: [], keep: { kind: 'semver', count: 3, per: 'major', prereleases: true } },
    { repositories: 'a/**', include: ['*'], exclude: ['pr-*'], keep: { kind: 'newest', count: 10 } },
    { repositories: '**', include: ['*'], exclude: [], keep: { kind: 'pulledWithin', days: 30 } },
    { repositories: 'b', include: ['*'], exclude: [], keep: { kind: 'all' } },
  ],
  untaggedDays: 7,
  allowEmpty: true,
  schedule: 'off',
  version: 3,
  updatedAt: '2026-01-01T00:00:00Z',
  updatedBy: 'user:1:alice',
};

test('a policy that goes through the form unchanged stays as it was', () => {
  const { rules, untaggedDays, allowEmpty, schedule } = stored;
  assert.deepEqual(termsOf(valuesOf(stored)), { rules, untaggedDays, allowEmpty, schedule });
});

test('a kind that is chosen anew leaves nothing of the one before', () => {
  const rule = valuesOf(stored).rules[0] ?? assert.fail();
  const { rules } = termsOf({ ...newPolicy, rules: [{ ...rule, kind: 'pushedWithin', days: 2 }] });
  assert.deepEqual(rules[0]?.keep, { kind: 'pushedWithin', days: 2 });
});
