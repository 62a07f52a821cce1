import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createApiClient } from '../../packages/api-client/src/index.ts';
import { digestOf } from '../protocol/sample-content.ts';
import { startLongshore } from '../tools/longshore.ts';
import { runProgram } from '../tools/run-program.ts';
import { compared, ended, pushLayers } from './compared-images.ts';
import { makeLayers } from './made-layers.ts';

const { directory, layer } = await makeLayers();
const server = await startLongshore();
after(() => server.stop());
const api = createApiClient({ baseUrl: server.url, credential: { name: 'admin', password: server.adminPassword } });

const base = await layer({ 'etc/kept': 'kept', 'etc/gone': 'gone', 'srv/old/a': 'a', 'srv/old/b': 'b', 'usr/share/x': 'x' });
const before = await layer({
  'app/main.js': 'one\ntwo\nthree\n',
  'app/same': 'same',
  'app/run': 'run',
  'node_modules/left/package.json': '{"name":"left","version":"1.9.0"}',
});
const now = await layer(
  {
    'app/main.js': 'one\n2\nthree\n',
    'app/same': 'same',
    'app/run': 'run',
    'app/link': '-> main.js',
    'etc/.wh.gone': '',
    'srv/old/.wh..wh..opq': '',
    'srv/old/c': 'c',
    'node_modules/left/package.json': '{"name":"left","version":"1.10.0"}',
  },
  { 'app/run': 0o755 },
);
const config = { Env: ['PATH=/bin', 'MODE=test'], Cmd: ['a'], Labels: { version: '1' } };
await pushLayers(server, { repository: 'team/app', tag: '1', layers: [base, before], config });
await pushLayers(server, {
  repository: 'team/app',
  tag: '2',
  layers: [base, now],
  config: { Env: ['PATH=/bin', 'MODE=live', 'NEW=x'], Cmd: ['a'], Labels: { version: '2' } },
});
const from = { repository: 'team/app', reference: '1' };
const to = { repository: 'team/app', reference: '2' };

async function filesOf(
  comparison: string,
  query: { change?: 'added' | 'removed' | 'changed'; prefix?: string; limit?: number; cursor?: string } = {},
) {
  const { data } = await api.GET('/api/v1/comparisons/{comparison}/files', { params: { path: { comparison }, query } });
  return data ?? assert.fail();
}

test('what two images have in common and not: layers, files, configuration, packages', async () => {
  const shown = await compared(api, from, to);
  const { result } = shown;
  assert.equal(shown.state, 'done', shown.failure);
  assert.deepEqual(
    result?.layers.to.map(({ shared }) => shared),
    [true, false],
  );
  const paths = (await filesOf(shown.id)).items.map(({ change, path }) => `${change} ${path}`);
  assert.deepEqual(paths, [
    'added app/link',
    'changed app/main.js',
    'changed app/run',
    'removed etc/gone',
    'changed node_modules/left/package.json',
    'removed srv/old/a',
    'removed srv/old/b',
    'added srv/old/c',
  ]);
  assert.deepEqual(result?.files, { added: 2, removed: 3, changed: 3 });
  assert.deepEqual(result?.config, [
    { name: 'Env.MODE', from: '"test"', to: '"live"' },
    { name: 'Env.NEW', to: '"x"' },
    { name: 'Labels.version', from: '"1"', to: '"2"' },
  ]);
  assert.deepEqual(result?.packages, [{ kind: 'npm', name: 'left', change: 'upgraded', from: ['1.9.0'], to: ['1.10.0'] }]);
  assert.equal((await api.POST('/api/v1/comparisons', { body: { from, to } })).response.status, 200, 'known by now');
  await pushLayers(server, { repository: 'team/app', tag: 'base', layers: [base], config });
  const grown = await compared(api, { repository: 'team/app', reference: 'base' }, from);
  assert.deepEqual([grown.result?.files.removed, grown.result?.files.changed], [0, 0], 'what an image is built on is in it');
  const back = await compared(api, to, from);
  assert.deepEqual(back.result?.files, { added: 3, removed: 2, changed: 3 });
});

test('files page by page, of one change, and by the beginning of their paths', async () => {
  const { id } = await compared(api, from, to);
  const seen: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await filesOf(id, { limit: 3, ...(cursor !== undefined && { cursor }) });
    seen.push(...page.items.map(({ path }) => path));
    cursor = page.next;
    if (cursor === undefined) break;
  }
  assert.equal(seen.length, 8);
  assert.deepEqual(seen, seen.toSorted());
  assert.deepEqual(
    (await filesOf(id, { change: 'removed' })).items.map(({ path }) => path),
    ['etc/gone', 'srv/old/a', 'srv/old/b'],
  );
  assert.deepEqual(
    (await filesOf(id, { prefix: 'srv/' })).items.map(({ path }) => path),
    ['srv/old/a', 'srv/old/b', 'srv/old/c'],
  );
  const [run, ...others] = (await filesOf(id, { prefix: 'app/r', limit: 2 })).items;
  assert.deepEqual([run?.path, run?.from?.mode, run?.to?.mode, others], ['app/run', '0644', '0755', []]);
  assert.deepEqual((await filesOf(id, { prefix: 'app/run', change: 'added' })).items, []);
});

test('the text of a file that differs, as a unified diff', async () => {
  const { id } = await compared(api, from, to);
  const text = async (path: string) =>
    (await api.GET('/api/v1/comparisons/{comparison}/text', { params: { path: { comparison: id }, query: { path } } })).data;
  const difference = await text('app/main.js');
  assert.equal(difference?.kind, 'text');
  assert.match(difference?.patch ?? '', /^ one\n-two\n\+2\n three$/m);
  assert.match((await text('etc/gone'))?.patch ?? '', /^-gone$/m);
  await assert.rejects(text('app/same'), { status: 404 });
  await assert.rejects(text('app/link'), { status: 409 });
});

test('only who may pull both images learns anything of it', async () => {
  await api.POST('/api/v1/users', { body: { name: 'eve', password: 'a long password of eve' } });
  const eve = createApiClient({ baseUrl: server.url, credential: { name: 'eve', password: 'a long password of eve' } });
  const { id } = await compared(api, from, to);
  const path = { comparison: id };
  await assert.rejects(eve.POST('/api/v1/comparisons', { body: { from, to } }), { status: 404 });
  await assert.rejects(eve.GET('/api/v1/comparisons/{comparison}', { params: { path } }), { status: 404 });
  await assert.rejects(eve.GET('/api/v1/comparisons/{comparison}/files', { params: { path } }), { status: 404 });
  await assert.rejects(eve.GET('/api/v1/comparisons/{comparison}/text', { params: { path, query: { path: 'app/run' } } }), { status: 404 });
  await assert.rejects(createApiClient({ baseUrl: server.url }).POST('/api/v1/comparisons', { body: { from, to } }), { status: 401 });
  await assert.rejects(api.GET('/api/v1/comparisons/{comparison}', { params: { path: { comparison: `${id}x` } } }), { status: 404 });
});

test('what cannot be read says so, and why', async () => {
  const broken = join(directory, 'broken.tar.gz');
  await writeFile(broken, Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(2000, 7)]));
  await pushLayers(server, { repository: 'team/app', tag: 'broken', layers: [{ file: broken }] });
  const shown = await compared(api, from, { repository: 'team/app', reference: 'broken' });
  assert.equal(shown.state, 'failed');
  assert.match(shown.failure ?? '', /^The layer sha256:.* cannot be compared: its compressed data is damaged\.$/);
  await assert.rejects(compared(api, from, { repository: 'team/app', reference: 'none' }), { status: 404 });
});

test('why a store cannot be read is told to those who see jobs, and to nobody else', async () => {
  const lost = await layer({ 'srv/lost': 'lost' });
  await pushLayers(server, { repository: 'team/app', tag: 'lost', layers: [lost] });
  const hex = digestOf(await readFile(lost.file)).slice('sha256:'.length);
  const folder = join(server.dataDir, 'blobs', 'sha256', hex.slice(0, 2));
  const stored = (await readdir(folder)).find((name) => name.startsWith(hex)) ?? assert.fail('no bytes');
  await rm(join(folder, stored));
  await mkdir(join(folder, stored));
  const shown = await compared(api, from, { repository: 'team/app', reference: 'lost' });
  assert.deepEqual([shown.state, shown.failure], ['failed', undefined]);
  const { data: job } = await api.GET('/api/v1/jobs/{job}', { params: { path: { job: shown.job ?? '' } } });
  assert.match(job?.failure ?? '', /EISDIR/);
});

test('a comparison survives the death of its server, and one may cancel it', async () => {
  // Large enough to be under way when the server ends: zeros cost nothing to store.
  const zeros = join(directory, 'zeros');
  await mkdir(zeros);
  await runProgram('truncate', ['-s', '800M', join(zeros, 'a')]);
  const large = { file: join(directory, 'zeros.tar.gz') };
  await runProgram('bash', ['-c', `tar -C ${zeros} -c . | gzip -1 > ${large.file}`]);
  await rm(zeros, { recursive: true });
  const dataDir = join(directory, 'data');
  const options = { dataDir, adminPassword: 'a long password of admin' };
  const first = await startLongshore(options);
  await pushLayers(first, { repository: 'team/app', tag: '1', layers: [base] });
  await pushLayers(first, { repository: 'team/app', tag: 'large', layers: [large] });
  // Again and again the same: under way for many times as long as a cancel takes (a second), and stored once.
  await pushLayers(first, { repository: 'team/app', tag: 'endless', layers: Array.from({ length: 20 }, () => large) });
  const credential = { name: 'admin', password: options.adminPassword };
  const body = { from, to: { repository: 'team/app', reference: 'large' } };
  const client = createApiClient({ baseUrl: first.url, credential });
  const begun = (await client.POST('/api/v1/comparisons', { body })).data ?? assert.fail();
  for (let state = begun.state; state === 'queued'; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const shown = await client.GET('/api/v1/comparisons/{comparison}', { params: { path: { comparison: begun.id } } });
    state = shown.data?.state ?? '';
  }
  first.kill('SIGTERM');
  await first.exited;
  const second = await startLongshore(options);
  try {
    const again = createApiClient({ baseUrl: second.url, credential });
    const path = { comparison: begun.id };
    const done = await ended(again, begun);
    assert.equal(done.state, 'done', done.failure);
    const other =
      (await again.POST('/api/v1/comparisons', { body: { from, to: { ...from, reference: 'endless' } } })).data ?? assert.fail();
    await again.POST('/api/v1/comparisons/{comparison}/cancel', { params: { path: { comparison: other.id } } });
    assert.equal((await ended(again, other)).state, 'cancelled');
    await assert.rejects(again.POST('/api/v1/comparisons/{comparison}/cancel', { params: { path } }), { status: 409 });
  } finally {
    await second.stop();
  }
});
