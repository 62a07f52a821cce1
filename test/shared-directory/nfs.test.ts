import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nfsMachinePrograms, runOnNfs } from '../tools/nfs-machine.ts';
import { requirePrograms, skipTest } from '../tools/programs.ts';

const files = ['caches', 'contract', 'replicas'].map((name) => `test/shared-directory/on-nfs/${name}.ts`);

test('a directory that two hosts mount by NFS: caches, the contract of stores, replicas', async (t) => {
  if (requirePrograms(t, ...nfsMachinePrograms, 'initdb', 'postgres', 'createdb') === undefined) return;
  const { started, code, output } = await runOnNfs(files);
  if (!started) return skipTest(t, `this machine does not let User Mode Linux run: ${output.slice(-500)}`);
  assert.equal(code, 0, output);
  const passed = Number(/^ℹ pass (\d+)$/m.exec(output)?.[1]);
  assert.ok(passed >= 40, output);
  t.diagnostic(`${passed} tests passed on NFS`);
});
