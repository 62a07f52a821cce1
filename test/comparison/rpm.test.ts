import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compareRpmVersions } from '../../packages/server/src/comparing/packages/rpm-version.ts';
import { requirePrograms } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';
import { berkeleyDatabase, exportedHeaders, largeSqliteDatabase, ndbDatabase } from './rpm-databases.ts';
import { scannedPackages } from './scanned-packages.ts';

/** So many packages that their table has pages above pages, one of them longer than any page. */
const names = Array.from({ length: 60 }, (_, at) => `part-${at}`);
const spec = [
  'Name: whole\nVersion: 1.2~rc1\nRelease: 3\nEpoch: 4\nSummary: whole\nLicense: MIT\nBuildArch: noarch\n%description',
  'long '.repeat(20_000),
  ...names.map((name, at) => `%package -n ${name}\nVersion: 2.${at}\nSummary: part\n%description -n ${name}\npart\n%files -n ${name}`),
  '%files\n',
].join('\n');

test('packages that rpm has installed, by its own database, in each of its forms', async (t) => {
  const programs = requirePrograms(t, 'rpm', 'rpmbuild', 'rpmdb', 'db_load');
  if (programs === undefined) return;
  const directory = await mkdtemp(join(tmpdir(), 'longshore-rpm-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'whole.spec'), spec);
  await runProgram('rpmbuild', ['-bb', '--define', `_topdir ${directory}`, join(directory, 'whole.spec')]);
  const sqlite = ['--dbpath', join(directory, 'db'), '--define', '_db_backend sqlite'];
  const built = join(directory, 'RPMS', 'noarch');
  await runProgram('bash', ['-c', 'rpm "$@" -i --justdb --nodeps --noscripts --ignoreos "$0"/*.rpm', built, ...sqlite]);
  const asked = ['-qa', '--queryformat', 'rpm %{name} %|epoch?{%{epoch}:}|%{version}-%{release}\\n'];
  const installed = (await runProgram('rpm', [...sqlite, ...asked])).stdout.trim().split('\n').sort();
  assert.ok(installed.includes('rpm whole 4:1.2~rc1-3') && installed.length === names.length + 1);
  await runProgram('bash', ['-c', 'rpmdb "$@" --exportdb > "$0"', join(directory, 'exported'), ...sqlite]);
  const headers = exportedHeaders(await readFile(join(directory, 'exported')));
  const databases = {
    'usr/lib/sysimage/rpm/rpmdb.sqlite': await readFile(join(directory, 'db', 'rpmdb.sqlite')),
    'var/lib/rpm/Packages': await berkeleyDatabase(programs.db_load, directory, headers),
    'usr/lib/sysimage/rpm/Packages.db': ndbDatabase(headers),
  };
  const berkeley = ['--dbpath', directory, '--define', '_db_backend bdb_ro'];
  assert.deepEqual((await runProgram('rpm', [...berkeley, ...asked])).stdout.trim().split('\n').sort(), installed);

  for (const [path, bytes] of Object.entries(databases)) {
    await t.test(`${path}: as rpm tells them, whatever pieces it comes in`, () => {
      assert.deepEqual(scannedPackages(path, bytes), installed);
      assert.deepEqual(scannedPackages(path, bytes, 1021), installed);
    });

    await t.test(`${path}: whatever is changed in it, it is read or said to be unread`, () => {
      for (let at = 0; at < 1000; at += 1) {
        const damaged = Buffer.from(bytes);
        damaged[(at * 7919) % damaged.length] = at % 256;
        if (at < 100) damaged[at] = 0xff;
        const found = scannedPackages(path, damaged, bytes.length);
        assert.ok(found === undefined || found.length <= 10_000);
      }
      assert.equal(scannedPackages(path, bytes.subarray(0, bytes.length / 2)), undefined);
      assert.equal(scannedPackages(path, Buffer.from('no database')), undefined);
    });
  }

  await t.test('one of SQLite that is too large to be kept, with places that were used before', () => {
    const longest = headers.toSorted((left, right) => right.length - left.length)[0] ?? assert.fail();
    const bytes = largeSqliteDatabase(join(directory, 'large.sqlite'), longest);
    assert.ok(bytes.length > 40 * 1024 * 1024);
    const found = scannedPackages('usr/lib/sysimage/rpm/rpmdb.sqlite', bytes, 512 * 1024);
    assert.deepEqual([found?.length, ...new Set(found)], [400, 'rpm whole 4:1.2~rc1-3']);
  });

  await t.test('versions are in its order', async () => {
    const versions = [
      '1.0~rc1',
      '1.0',
      '1.0^git1',
      '1.0a',
      '1.0.1',
      '1.1',
      '1.02',
      '1.10',
      'a',
      '1:0.1',
      '1.0-1',
      '1.0-2',
      '1.0-10',
      '1_1',
    ];
    const pairs = versions.flatMap((left) => versions.map((right) => [left, right] as const));
    const asked = pairs.map(([left, right]) => `print(rpm.vercmp('${left}', '${right}'))`).join(' ');
    const answered = (await runProgram('rpm', ['--eval', `%{lua:${asked}}`])).stdout.match(/-?\d/g);
    assert.deepEqual(
      pairs.map(([left, right]) => String(Math.sign(compareRpmVersions(left, right)))),
      answered,
    );
  });
});
