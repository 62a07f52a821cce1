import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '../crash/at-end.ts';
import { scratchDirectory } from '../crash/scratch-directory.ts';
import { startCommand } from '../crash/server-process.ts';
import { expectAnswer } from '../protocol/expected-answer.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { digestOf, imageOf, pushBlob, putManifest } from '../protocol/sample-content.ts';
import { startLongshore } from '../tools/longshore.ts';

const content = 'the same bytes for two projects';
const digest = digestOf(content);

test('a mount across stores is an upload: nothing is linked to the copy of another store, and each copy goes by itself', async (t) => {
  const directory = await scratchDirectory(t);
  const config = join(directory, 'longshore.yaml');
  const data = join(directory, 'data');
  await writeFile(config, `mirrorRepositories:\n  - {name: apart, type: local, storage: {path: ${join(directory, 'apart')}}}\n`);
  const server = await startLongshore({ dataDir: data, args: ['--config', config, '--anonymous', 'push', '--gc-schedule', 'off'] });
  atEnd(t, () => server.stop());
  const client = new HttpClient(server.url);
  atEnd(t, async () => client.close());
  const copies = async () => {
    const found = await Promise.all([join(directory, 'apart'), data].map((store) => readdir(join(store, 'blobs'), { recursive: true })));
    return found.map((names) => names.filter((name) => name.includes(digest.slice('sha256:'.length))).length);
  };
  const ofTeam = `/v2/team/app/blobs/${digest}`;

  await pushBlob({ client, repository: 'apart/app' }, content);
  for (const from of ['&from=apart/app', '']) {
    expectAnswer(await client.send('POST', `/v2/team/app/blobs/uploads/?mount=${digest}${from}`), { status: 202 });
  }
  expectAnswer(await client.send('GET', ofTeam), { status: 404 });
  assert.deepEqual(await copies(), [1, 0]);

  const team = { client, repository: 'team/app' };
  for (const bytes of [content, '{}']) await pushBlob(team, bytes);
  expectAnswer(await putManifest(team, 'v1', imageOf([content])), { status: 201 });
  assert.deepEqual(await copies(), [1, 1]);
  expectAnswer(await client.send('POST', `/v2/team/other/blobs/uploads/?mount=${digest}&from=team/app`), { status: 201 });
  assert.deepEqual(await copies(), [1, 1]);

  expectAnswer(await client.send('DELETE', `/v2/apart/app/blobs/${digest}`), { status: 202 });
  const collection = startCommand(['gc', '--gc-grace-hours', '0', '--config', config], { data });
  assert.equal((await collection.ended).code, 0, collection.output());
  assert.deepEqual(await copies(), [0, 1]);
  expectAnswer(await client.send('GET', ofTeam), { status: 200, body: Buffer.from(content) });
});
