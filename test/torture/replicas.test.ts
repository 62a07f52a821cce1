import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replicaPrograms } from '../replicas/backing-services.ts';
import { requirePrograms } from '../tools/programs.ts';
import { runTorture } from './run-torture.ts';

test('ten seconds behind load balancers, while replicas, database and object store fail, lose, corrupt and leak nothing', {
  timeout: 600_000,
}, async (t) => {
  if (requirePrograms(t, ...replicaPrograms) === undefined) return;
  const seed = String(Date.now());
  t.diagnostic(`seed ${seed}`);
  const found: string[] = [];
  const findings = await runTorture({ seed, seconds: 10, clients: 6, workers: 1, replicas: 3, report: (line) => found.push(line) });
  t.diagnostic(findings.summary());
  assert.deepEqual(found, [], `seed ${seed}`);
  for (const count of [findings.pushes, findings.pulls, findings.faults.size, findings.collections]) assert.ok(count > 0);
});
