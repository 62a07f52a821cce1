import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockFinding } from './registry-checks.ts';

test('a clock is wrong when tokens would be', () => {
  const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
  const at = Date.parse(date);
  assert.equal(clockFinding(date, at + 20_000).state, 'ok');
  const behind = clockFinding(date, at - 3_600_000);
  assert.deepEqual([behind.state, behind.found], ['failed', 'this machine is 3600 s behind the server']);
  assert.match(behind.fix ?? '', /NTP/);
  assert.match(clockFinding(date, at + 3_600_000).found, /ahead of/);
  assert.equal(clockFinding(null, at).state, 'skipped');
});
