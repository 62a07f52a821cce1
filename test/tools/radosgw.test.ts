import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../security/until.ts';
import { requirePrograms } from './programs.ts';
import { radosgwPrograms } from './radosgw.ts';
import { startProcess } from './started-process.ts';

const script = fileURLToPath(new URL('../../scripts/start-radosgw', import.meta.url));

test('what is ended twice, by Ctrl-C and by whoever had started it, leaves nothing behind', async (t) => {
  if (requirePrograms(t, ...radosgwPrograms) === undefined) return;
  const directory = await mkdtemp(join(tmpdir(), 'longshore-ended-twice-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const gateway = await startProcess('bash', [script], { ready: /radosgw is ready/, env: { TMPDIR: directory } });
  let hasEnded = false;
  void gateway.exited.then(() => {
    hasEnded = true;
  });
  gateway.kill('SIGINT');
  // However far it is with that.
  await until(() => {
    gateway.kill('SIGTERM');
    return hasEnded;
  });
  assert.deepEqual(await readdir(directory), []);
});
