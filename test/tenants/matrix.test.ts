import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { askAll } from './ask-all.ts';
import { assertLimits } from './limited-tokens.ts';
import { assertLosses } from './taken-away.ts';
import { buildTenants, type Tenants } from './tenants.ts';
import { wholePlan } from './tenants-plan.ts';
import { assertHidden, assertLists } from './what-is-listed.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
let tenants: Tenants;
before(async () => {
  tenants = await buildTenants(registry, wholePlan);
});

test('fifty projects, their members and rules are there, all made through the API', async (t) => {
  const { projects, members } = await tenants.count();
  t.diagnostic(`${projects} projects, ${members} members`);
  assert.ok(projects === 50 && members >= 200);
});

test('lists and searches show each what they may list, and not a name more', () => assertLists(registry.client, tenants));

test('who has no right in a project hears of it what is said of one that is not there', async (t) => {
  t.diagnostic(`${await assertHidden(registry.client, tenants)} answers compared`);
});

test('each question is answered as the table says, and what is refused leaves no trace', async (t) => {
  const { asked, mismatches } = await askAll(registry.client, tenants);
  t.diagnostic(`${asked} questions, ${mismatches.length} mismatches`);
  assert.ok(asked >= 2000, `${asked} questions`);
  assert.deepEqual(mismatches.slice(0, 40), []);
});

test('a token does what it was got for, of what its user may, and nothing else', async (t) => {
  t.diagnostic(`${await assertLimits(registry, tenants)} requests`);
});

test('what is taken away counts at the next request, for tokens from before as well', async (t) => {
  t.diagnostic(`${await assertLosses(registry, tenants)} ways to lose something`);
});
