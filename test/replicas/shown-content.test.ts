// What people are shown of images, by two servers on one PostgreSQL and one S3 service: whichever they ask.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createApiClient } from '../../packages/api-client/src/index.ts';
import { compared, ended, pushLayers } from '../comparison/compared-images.ts';
import { makeLayers } from '../comparison/made-layers.ts';
import { atEnd } from '../crash/at-end.ts';
import { until } from '../security/until.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { requirePrograms } from '../tools/programs.ts';
import { startVersitygw } from '../tools/versitygw.ts';
import { startBackingServices } from './backing-services.ts';

const repository = 'team/app';
const { layer } = await makeLayers();
const base = await layer({ 'etc/os-release': 'ID=debian\n', 'etc/gone': 'gone' });
const top = await layer({ 'app/main.js': 'one\ntwo\n', 'etc/.wh.gone': '' });

const apiOf = ({ url, adminPassword }: Longshore) =>
  createApiClient({ baseUrl: url, credential: { name: 'admin', password: adminPassword } });
type Api = ReturnType<typeof apiOf>;

/** The names in a directory of an image, and a file of it, asked for until its layers have been read. */
async function lookInto(api: Api, digest: string): Promise<{ names: string[]; text: string | undefined }> {
  const path = { repository, digest };
  for (;;) {
    const query = { path: 'etc' };
    const { data } = await api.GET('/api/v1/repositories/{repository}/images/{digest}/files', { params: { path, query } });
    if (data === undefined || !('items' in data)) continue;
    const file = await api.GET('/api/v1/repositories/{repository}/images/{digest}/file', {
      params: { path, query: { path: 'etc/os-release' } },
    });
    const text = file.data && 'text' in file.data ? file.data.text : undefined;
    return { names: data.items.map((item) => item.path), text };
  }
}

const indexesOf = async ({ dataDir }: Longshore) => (await readdir(join(dataDir, 'cache', 'layers'))).length;

test('files, comparisons and searches are answered alike by a server that made none of what they need', async (t) => {
  if (requirePrograms(t, 'initdb', 'postgres', 'createdb', 'psql', 'versitygw') === undefined) return;
  const services = await startBackingServices(startVersitygw);
  atEnd(t, () => services.stop());
  const options = { env: services.settings(), adminPassword: randomBytes(18).toString('base64url') };
  const one = await startLongshore(options);
  atEnd(t, () => one.stop());
  const two = await startLongshore(options);
  atEnd(t, () => two.stop());
  const [first, second] = [apiOf(one), apiOf(two)];
  const digest = await pushLayers(one, { repository, tag: '1.0', layers: [base, top], config: { Labels: { vendor: 'acme' } } });
  await pushLayers(one, { repository, tag: '1.1', layers: [base], config: { Labels: { vendor: 'other' } } });

  // Each reads the layers for itself: what is kept of them is on its own disk, and none waits for another.
  const seen = { names: ['etc/os-release'], text: 'ID=debian\n' };
  assert.deepEqual(await lookInto(first, digest), seen);
  const made = await indexesOf(one);
  assert.ok(made >= 2);
  assert.deepEqual(await lookInto(second, digest), seen);
  assert.equal(await indexesOf(two), made);

  // A comparison is a row: one server is asked for it, another makes it or shows it.
  const from = { repository, reference: '1.0' };
  const to = { repository, reference: '1.1' };
  const { data: begun } = await first.POST('/api/v1/comparisons', { body: { from, to } });
  const shown = await ended(second, begun ?? assert.fail());
  assert.equal(shown.state, 'done', shown.failure);
  const files = async (api: Api) => {
    const params = { path: { comparison: shown.id } };
    const { data } = await api.GET('/api/v1/comparisons/{comparison}/files', { params });
    return data?.items.map((file) => `${file.change} ${file.path}`);
  };
  const changes = await files(first);
  assert.ok(changes?.includes('removed app/main.js') && changes.includes('added etc/gone'), String(changes));
  assert.deepEqual(await files(second), changes);
  assert.equal((await compared(second, from, to)).id, shown.id);

  const search = async (api: Api, query: string, kind: 'tag' | 'digest' | 'label') =>
    (await api.GET('/api/v1/search', { params: { query: { query, kind } } })).data?.items.map((hit) => hit.digest);
  await until(async () => (await search(second, 'vendor=acme', 'label'))?.length === 1);
  for (const api of [first, second]) {
    assert.deepEqual(await search(api, 'vendor=acme', 'label'), [digest]);
    assert.deepEqual(await search(api, '1.0', 'tag'), [digest]);
    assert.deepEqual(await search(api, digest.slice(7, 27), 'digest'), [digest]);
  }
});
