// A part of the matrix on PostgreSQL; all of it with LONGSHORE_TEST_MATRIX=whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { startPostgres } from '../tools/postgres.ts';
import { requirePrograms } from '../tools/programs.ts';
import { askAll } from './ask-all.ts';
import { assertLosses } from './taken-away.ts';
import { buildTenants } from './tenants.ts';
import { samplePlan, wholePlan } from './tenants-plan.ts';
import { assertHidden, assertLists } from './what-is-listed.ts';

const plan = process.env['LONGSHORE_TEST_MATRIX'] === 'whole' ? wholePlan : samplePlan(15);

test('questions, lists, hidden projects and losses on PostgreSQL', async (t) => {
  if (requirePrograms(t, 'initdb', 'postgres', 'createdb', 'psql') === undefined) return;
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  await using registry = await startRegistry({
    flags: [],
    env: { LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: postgres.url },
  });
  const tenants = await buildTenants(registry, plan);
  await assertLists(registry.client, tenants);
  const hidden = await assertHidden(registry.client, tenants);
  const { asked, mismatches } = await askAll(registry.client, tenants);
  const losses = await assertLosses(registry, tenants);
  t.diagnostic(`${asked} questions, ${mismatches.length} mismatches, ${hidden} hidden answers, ${losses} ways to lose something`);
  assert.ok(asked >= 1000, `${asked} questions`);
  assert.deepEqual(mismatches.slice(0, 40), []);
});
