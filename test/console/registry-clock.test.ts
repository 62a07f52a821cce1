import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteRegistryTime, registryNow } from '../../packages/console/src/api/registry-clock.ts';

test("where the browser's clock is far from the registry's, the time of now is the registry's", (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-01-31T09:30:00Z') });
  const nowAfter = (date: string | null) => {
    noteRegistryTime(date);
    return new Date(registryNow()).toISOString();
  };
  assert.equal(nowAfter('Sun, 01 Feb 2026 09:30:00 GMT'), '2026-02-01T09:30:00.000Z');
  t.mock.timers.setTime(Date.parse('2026-01-31T09:31:00Z'));
  assert.equal(nowAfter(null), '2026-02-01T09:31:00.000Z', 'an answer that does not say changes nothing');
  assert.equal(nowAfter('Sat, 31 Jan 2026 09:30:58 GMT'), '2026-01-31T09:31:00.000Z', 'what an answer takes on its way is no difference');
});
