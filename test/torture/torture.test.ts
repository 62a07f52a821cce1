import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTorture } from './run-torture.ts';

for (const workers of [1, 3]) {
  test(`fifteen seconds of pushes, deletes, sweeps and kills lose, corrupt and leak nothing (${workers} workers)`, {
    timeout: 600_000,
  }, async (t) => {
    const seed = String(Date.now());
    t.diagnostic(`seed ${seed}`);
    const found: string[] = [];
    const findings = await runTorture({ seed, seconds: 15, clients: 6, workers, replicas: 0, report: (line) => found.push(line) });
    t.diagnostic(findings.summary());
    assert.deepEqual(found, [], `seed ${seed}`);
    for (const count of [findings.pushes, findings.pulls, findings.faults.size, findings.collections]) assert.ok(count > 0);
  });
}
