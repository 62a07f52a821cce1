import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createApiClient } from '../../packages/api-client/src/index.ts';
import { archiveOf, type WrittenEntry } from '../../packages/oci/src/layers/testing/archive.ts';
import { startLongshore } from '../tools/longshore.ts';
import { compared, pushLayers } from './compared-images.ts';
import { makeLayers } from './made-layers.ts';
import { diffTrees, ownersOf, unpackLayers } from './unpacked-image.ts';

const { directory } = await makeLayers();
const server = await startLongshore();
after(() => server.stop());
const api = createApiClient({ baseUrl: server.url, credential: { name: 'admin', password: server.adminPassword } });

async function archive(name: string, entries: readonly WrittenEntry[]): Promise<string> {
  const file = join(directory, `${name}.tar.gz`);
  await writeFile(file, gzipSync(archiveOf(entries)));
  return file;
}

const link = (name: string, target: string): WrittenEntry => ({ name, type: '2', link: target });
const folder = (name: string): WrittenEntry => ({ name, type: '5', mode: 0o755 });

const base = await archive('base', [
  ...['usr/', 'usr/bin/', 'usr/lib/', 'usr/lib/real/', 'srv/', 'srv/deep/', 'opt/', 'run/'].map(folder),
  link('bin', 'usr/bin'),
  link('lib', './usr/../usr/lib'),
  link('usr/lib/alias', 'real'),
  link('usr/lib/loop', 'loop'),
  link('opt/back', '../srv/deep'),
  link('opt/again', 'back'),
  link('replaced', 'usr/lib'),
  { name: 'usr/bin/tool', body: 'old', mode: 0o755 },
  { name: 'usr/bin/gone', body: 'gone' },
  { name: 'usr/lib/real/kept', body: 'kept' },
  { name: 'srv/deep/a', body: 'a' },
]);
// None of these says anything of the directories that links of the layer below stand for, but for one.
const upper = await archive('upper', [
  { name: 'bin/tool', body: 'new tool' },
  { name: 'bin/.wh.gone', body: '' },
  { name: 'bin/other', type: '1', link: 'bin/tool' },
  { name: 'lib/alias/x', body: 'two links on the way' },
  folder('lib/made/'),
  { name: 'lib/made/y', body: 'y' },
  { name: 'opt/again/b', body: 'b' },
  folder('replaced/'),
  { name: 'replaced/z', body: 'z' },
  { name: 'new/one', body: '1' },
]);
const third = await archive('third', [
  { name: 'lib/made/y', body: 'yy' },
  { name: 'bin/second', type: '1', link: 'lib/alias/x' },
]);
// What lies below a link of the archive itself, which came before it.
const same = await archive('same', [
  link('sbin', 'usr/bin'),
  { name: 'sbin/made', body: 'below a link of its own' },
  { name: 'hard', type: '1', link: 'sbin/made' },
  folder('deep/'),
  folder('deep/inner/'),
  link('deep/link', 'inner'),
  link('deep/again', 'link'),
  { name: 'deep/again/x', body: 'x' },
  folder('deep/link/made/'),
  { name: 'deep/link/made/y', body: 'y' },
  link('deep/circle', 'circle'),
]);

async function listed(digest: string, path: string, found = new Map<string, string>()): Promise<Map<string, string>> {
  const params = { path: { repository: 'team/app', digest }, query: { path, limit: 100 } };
  const { data } = await api.GET('/api/v1/repositories/{repository}/images/{digest}/files', { params });
  if (data === undefined || !('items' in data)) return listed(digest, path, found);
  for (const entry of data.items) {
    found.set(entry.path, entry.kind);
    if (entry.kind === 'directory') await listed(digest, entry.path, found);
  }
  return found;
}

test('files below a link are where unpacking puts them', async () => {
  const digest = await pushLayers(server, {
    repository: 'team/app',
    tag: '3',
    layers: [base, upper, third, same].map((file) => ({ file })),
  });
  const letters: Readonly<Record<string, string>> = { directory: 'd', symlink: 'l', file: 'f', hardlink: 'f' };
  const shown = await listed(digest, '');
  const unpacked = await ownersOf(await unpackLayers(directory, [base, upper, third, same]));
  assert.deepEqual(
    [...shown].map(([path, kind]) => `${letters[kind]} ${path}`).sort(),
    [...unpacked].map(([path, owner]) => `${owner[0]} ${path}`).sort(),
  );
  const read = async (path: string) => {
    const params = { path: { repository: 'team/app', digest }, query: { path } };
    const { data } = await api.GET('/api/v1/repositories/{repository}/images/{digest}/file', { params });
    return data !== undefined && 'text' in data ? data.text : data;
  };
  const texts = ['usr/bin/tool', 'usr/bin/other', 'usr/bin/second', 'usr/lib/made/y', 'usr/bin/made', 'hard', 'deep/inner/made/y'].map(
    read,
  );
  assert.deepEqual(await Promise.all(texts), [
    'new tool',
    'new tool',
    'two links on the way',
    'yy',
    ...['below a link of its own', 'below a link of its own', 'y'],
  ]);
});

test('a comparison finds what differs below links of a lower layer where unpacking puts it', async () => {
  const [one, other] = [
    await archive('one', [
      { name: 'bin/tool', body: 'one' },
      { name: 'lib/alias/kept', body: 'changed' },
      { name: 'opt/again/b', body: 'b' },
    ]),
    await archive('other', [
      { name: 'bin/tool', body: 'other' },
      { name: 'bin/.wh.gone', body: '' },
      { name: 'opt/again/c', body: 'c' },
    ]),
  ];
  for (const [tag, layer] of Object.entries({ one, other }))
    await pushLayers(server, { repository: 'team/app', tag, layers: [base, layer].map((file) => ({ file })) });
  const image = (reference: string) => ({ repository: 'team/app', reference });
  const { id, state, failure } = await compared(api, image('one'), image('other'));
  assert.equal(state, 'done', failure);
  const { data } = await api.GET('/api/v1/comparisons/{comparison}/files', { params: { path: { comparison: id }, query: {} } });
  const found = data?.items.map(({ change, path }) => `${change} ${path}`).sort();
  assert.deepEqual(found, await diffTrees(await unpackLayers(directory, [base, one]), await unpackLayers(directory, [base, other])));
  assert.equal(found?.length, 5);
  const text = { params: { path: { comparison: id }, query: { path: 'usr/bin/tool' } } };
  const difference = await api.GET('/api/v1/comparisons/{comparison}/text', text);
  assert.match(difference.data?.patch ?? '', /^-one$[\s\S]*^\+other$/m);
});

test('a comparison finds what lies below links of the same layer, and hard links through links, where unpacking puts them', async () => {
  const changed = await archive('changed', [
    { name: 'lib/alias/x', body: 'another' },
    { name: 'opt/hard', type: '1', link: 'lib/alias/x' },
    { name: 'opt/kept', type: '1', link: 'bin/tool' },
    { name: 'opt/same', type: '1', link: 'opt/kept' },
    link('sbin', 'usr/bin'),
    { name: 'sbin/made', body: 'changed' },
  ]);
  const [from, to] = [
    [base, upper, third],
    [base, upper, changed, same],
  ];
  for (const [tag, files] of Object.entries({ from, to }))
    await pushLayers(server, { repository: 'team/app', tag, layers: (files ?? []).map((file) => ({ file })) });
  const image = (reference: string) => ({ repository: 'team/app', reference });
  const { id, state, failure } = await compared(api, image('from'), image('to'));
  assert.equal(state, 'done', failure);
  const { data } = await api.GET('/api/v1/comparisons/{comparison}/files', { params: { path: { comparison: id }, query: {} } });
  const found = new Set(data?.items.map(({ change, path }) => `${change} ${path}`));
  const told = await diffTrees(await unpackLayers(directory, from ?? []), await unpackLayers(directory, to ?? []));
  // Of a directory that one side lacks, diff tells nothing but the directory.
  assert.deepEqual(
    told.filter((each) => !found.has(each)),
    [],
  );
  const within = (each: string) => told.some((directory) => each.startsWith(`${directory}/`));
  assert.deepEqual(
    [...found].filter((each) => !told.includes(each) && !within(each)),
    [],
  );
  const text = { params: { path: { comparison: id }, query: { path: 'hard' } } };
  const difference = await api.GET('/api/v1/comparisons/{comparison}/text', text);
  assert.match(difference.data?.patch ?? '', /^\+below a link of its own$/m);
});
