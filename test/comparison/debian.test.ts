import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type components, createApiClient, eachItem } from '../../packages/api-client/src/index.ts';
import { startLongshore } from '../tools/longshore.ts';
import { skipTest } from '../tools/programs.ts';
import { runProgram, tryProgram } from '../tools/run-program.ts';
import { compared, pushLayers } from './compared-images.ts';
import { debianSystem } from './debian-system.ts';
import { diffTrees, ownersOf, type UnpackedTree, unpackLayers } from './unpacked-image.ts';

const directory = await mkdtemp(join(tmpdir(), 'longshore-debian-'));
after(() => rm(directory, { recursive: true, force: true }));

test('two versions of Debian differ in the files that diff finds, their modes and owners, and the packages that dpkg knows', async (t) => {
  const [older, newer] = [await debianSystem(t, 'bookworm'), await debianSystem(t, 'trixie')];
  if (older === undefined || newer === undefined) return;
  if (process.getuid?.() !== 0) return skipTest(t, 'unpacking the files of others needs root: run it with sudo');
  const server = await startLongshore();
  t.after(() => server.stop());
  const api = createApiClient({ baseUrl: server.url, credential: { name: 'admin', password: server.adminPassword } });
  await pushLayers(server, { repository: 'debian/system', tag: '12', layers: [{ file: older }] });
  await pushLayers(server, { repository: 'debian/system', tag: '13', layers: [{ file: newer }] });

  const [shown, from, to] = await Promise.all([
    compared(api, { repository: 'debian/system', reference: '12' }, { repository: 'debian/system', reference: '13' }),
    unpackLayers(directory, [older]),
    unpackLayers(directory, [newer]),
  ]);
  assert.equal(shown.state, 'done', shown.failure);
  const files: components['schemas']['ComparedFile'][] = [];
  const ask = (query: { cursor?: string }) =>
    api.GET('/api/v1/comparisons/{comparison}/files', { params: { path: { comparison: shown.id }, query: { limit: 200, ...query } } });
  for await (const file of eachItem(ask)) files.push(file);
  const { added = 0, removed = 0, changed = 0 } = shown.result?.files ?? {};
  assert.equal(files.length, added + removed + changed);

  await t.test('files: as diff -r', async () => {
    // Of a directory that is new diff tells the directory alone.
    const isBelow = new Set(files.filter(({ change }) => change !== 'changed').map(({ change, path }) => `${change} ${path}`));
    const told = files
      .filter(({ change, path }) => change === 'changed' || !isBelow.has(`${change} ${path.slice(0, path.lastIndexOf('/'))}`))
      .filter(
        ({ change, from: was, to: is }) =>
          change !== 'changed' || was?.kind !== is?.kind || was?.sha256 !== is?.sha256 || was?.target !== is?.target,
      )
      .map(({ change, path }) => `${change} ${path}`)
      .sort();
    assert.deepEqual(told, await diffTrees(from, to));
    assert.ok(told.length > 1000);
  });

  await t.test('modes and owners: as find', async () => {
    const [before, now] = [await ownersOf(from), await ownersOf(to)];
    const differing = [...before].filter(([path, owner]) => now.has(path) && now.get(path) !== owner).map(([path]) => path);
    const told = files
      .filter(
        ({ change, from: was, to: is }) =>
          change === 'changed' && (was?.mode !== is?.mode || was?.uid !== is?.uid || was?.gid !== is?.gid || was?.kind !== is?.kind),
      )
      .map(({ path }) => path);
    assert.deepEqual(told.sort(), differing.sort());
  });

  await t.test('packages: as dpkg', async () => {
    const [before, now] = [await installedIn(from), await installedIn(to)];
    const expected = await Promise.all(
      [...new Set([...before.keys(), ...now.keys()])].map(async (name) => {
        const [was, is] = [before.get(name), now.get(name)];
        if (was === is) return [];
        if (was === undefined) return [`added ${name} ${is}`];
        if (is === undefined) return [`removed ${name} ${was}`];
        const { code } = await tryProgram('dpkg', ['--compare-versions', was, 'lt', is]);
        return [`${code === 0 ? 'upgraded' : 'downgraded'} ${name} ${was} ${is}`];
      }),
    );
    const told = (shown.result?.packages ?? [])
      .filter(({ kind }) => kind === 'deb')
      .map(({ change, name, from: was, to: is }) => [change, name, ...was, ...is].join(' '));
    assert.deepEqual(told.sort(), expected.flat().sort());
    assert.ok(told.length > 50);
  });
});

async function installedIn({ directory: root }: UnpackedTree): Promise<Map<string, string>> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills it in
  const format = '${db:Status-Status} ${Package} ${Version}\\n';
  const { stdout } = await runProgram('dpkg-query', [`--admindir=${root}/var/lib/dpkg`, '--show', `--showformat=${format}`]);
  const lines = stdout.split('\n').map((line) => line.split(' '));
  return new Map(lines.flatMap(([status, name = '', version = '']) => (status === 'installed' ? [[name, version] as const] : [])));
}
