import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { listBucket, makeBucket } from '../../packages/server/src/storage/s3/bucket-bench.ts';
import { atEnd } from '../crash/at-end.ts';
import { scratchDirectory } from '../crash/scratch-directory.ts';
import { startLongshore } from '../tools/longshore.ts';
import { requirePrograms } from '../tools/programs.ts';
import { radosgwPrograms, startRadosgw } from '../tools/radosgw.ts';

test('one bucket under two addresses is refused as two stores, which would collect each other', async (t) => {
  if (requirePrograms(t, ...radosgwPrograms) === undefined) return;
  const gateway = await startRadosgw();
  atEnd(t, () => gateway.stop());
  const directory = await scratchDirectory(t);
  const options = await makeBucket(gateway);
  const other = options.endpoint?.replace('127.0.0.1', 'localhost');
  const keys = `accessKeyId: ${options.accessKeyId}, secretAccessKey: ${options.secretAccessKey}`;
  const start = async (prefix: string) => {
    const config = join(directory, 'longshore.yaml');
    const bucket = (endpoint = '') => `{endpoint: '${endpoint}', bucket: ${options.bucket}, ${keys}`;
    const entries = [
      `{name: one, type: s3, ${bucket(options.endpoint).slice(1)}}`,
      `{name: two, type: s3, prefix: '${prefix}', ${bucket(other).slice(1)}}`,
    ];
    await writeFile(config, `mirrorRepositories:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`);
    return startLongshore({ dataDir: join(directory, 'data'), args: ['--config', config] });
  };
  await assert.rejects(start(''), /The stores 'one' and 'two' are the same bucket, 'longshore-[0-9a-f]+\/': give each its own prefix\./);
  assert.deepEqual(
    (await listBucket(options)).objects.map(({ key }) => key),
    ['probe'],
  );
  const server = await start('apart/');
  await server.stop();
});
