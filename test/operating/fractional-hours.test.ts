import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startGarbageCollection } from '../crash/server-process.ts';
import { startPostgres } from '../tools/postgres.ts';
import { requirePrograms } from '../tools/programs.ts';

test('hours that make no whole number of milliseconds are good settings, on PostgreSQL too', async (t) => {
  if (requirePrograms(t, 'initdb', 'postgres', 'createdb') === undefined) return;
  const data = await mkdtemp(join(tmpdir(), 'longshore-hours-'));
  const postgres = await startPostgres();
  t.after(async () => {
    await postgres.stop();
    await rm(data, { recursive: true });
  });
  const env = {
    LONGSHORE_METADATA_KIND: 'postgres',
    LONGSHORE_METADATA_URL: await postgres.createDatabase('hours'),
    LONGSHORE_GC_GRACE_HOURS: '0.3333333',
    LONGSHORE_GC_UNTAGGED: 'delete',
    LONGSHORE_GC_UNTAGGED_AFTER_HOURS: '0.3333333',
    LONGSHORE_UPLOADS_EXPIRE_HOURS: '0.3333333',
  };
  const collection = startGarbageCollection({ data, env });
  assert.equal((await collection.ended).code, 0, collection.output());
});
