import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { scannedPackages } from './scanned-packages.ts';

const wall = [
  '{"jsonwall":"1.0","schema":"1.0","count":3}',
  '{"kind":"content","slice":"base-files_base","path":"/etc/package"}',
  '{"kind":"package","name":"base-files","version":"13ubuntu10.1","sha256":"ab","arch":"amd64"}',
  '{"kind":"slice","name":"base-files_base"}',
  '',
].join('\n');

/** What programs leave in images, as they write it, and what it tells. */
const files: readonly (readonly [path: string, text: string | Buffer, ...told: readonly string[]])[] = [
  ['var/lib/dpkg/status.d/tzdata', 'Package: tzdata\nVersion: 2024a-0+deb12u1\n', 'deb tzdata 2024a-0+deb12u1'],
  ['var/lib/dpkg/status.d/tzdata.md5sums', 'Package: tzdata\nVersion: 1\n'],
  [
    'var/lib/dpkg/status',
    'Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nStatus: deinstall ok config-files\nVersion: 2\n',
    'deb a 1',
  ],
  ['usr/lib/opkg/status', 'Package: busybox\nVersion: 1.36.1-1\nStatus: install user installed\n', 'opkg busybox 1.36.1-1'],
  ['var/lib/chisel/manifest.wall', zstdCompressSync(wall), 'deb base-files 13ubuntu10.1'],
  ['usr/lib/apk/db/installed', 'C:Q1x\nP:musl\nV:1.2.5-r0\nA:x86_64\n\nP:zlib\nV:1.3-r1\n', 'apk musl 1.2.5-r0', 'apk zlib 1.3-r1'],
  [
    'var/lib/rpmmanifest/container-manifest-2',
    'bash\t5.2.15-3.azl3\t17\t17\tMicrosoft\t(none)\t1\tx86_64\t0\tb.src.rpm\nfile\t5.45-1\t17\t17\tMicrosoft\t2\t1\tx86_64\t2\tf.src.rpm\n',
    'rpm bash 5.2.15-3.azl3',
    'rpm file 2:5.45-1',
  ],
  ['var/lib/pacman/local/glibc-2.40-1/desc', '%NAME%\nglibc\n\n%VERSION%\n2.40+r16-1\n\n%BASE%\nglibc\n', 'pacman glibc 2.40+r16-1'],
  ['app/node_modules/@a/b/package.json', '{"name":"@a/b","version":"1.0.0"}', 'npm @a/b 1.0.0'],
  ['app/node_modules/b/lib/package.json', '{"name":"b","version":"1.0.0"}'],
  ['usr/lib/python3/dist-packages/Foo_Bar.egg-info', 'Metadata-Version: 1.1\nName: Foo_Bar\nVersion: 2.0\n', 'python foo-bar 2.0'],
  ['opt/site-packages/x-1.egg/EGG-INFO/PKG-INFO', 'Name: x\nVersion: 1\n\nName: y\n', 'python x 1'],
  ['opt/conda/conda-meta/python-dateutil-2.9.0-py312_1.json', '{}', 'conda python-dateutil 2.9.0'],
  ['usr/lib/ruby/gems/3.1.0/specifications/nokogiri-1.16.0-x86_64-linux.gemspec', '', 'gem nokogiri 1.16.0'],
  ['app/vendor/composer/installed.json', '{"packages":[{"name":"a/b","version":"v1.2.3"},{"name":5}]}', 'composer a/b v1.2.3'],
  ['old/vendor/composer/installed.json', '[{"name":"a/b","version":"1.0.0"},null]', 'composer a/b 1.0.0'],
  [
    'app/web.deps.json',
    '{"libraries":{"web/1.0.0":{"type":"project"},"Newtonsoft.Json/13.0.3":{"type":"package"},"odd":{"type":"package"},"n/1":null}}',
    'nuget Newtonsoft.Json 13.0.3',
  ],
  ['usr/lib/R/site-library/Rcpp/DESCRIPTION', 'Package: Rcpp\nTitle: R\nVersion: 1.0.12\n', 'cran Rcpp 1.0.12'],
  ['usr/lib/libreoffice/program/DESCRIPTION', 'Package: x\nVersion: 1.0.12\n'],
];

test('files of package managers, as they write them', () => {
  for (const [path, text, ...told] of files) assert.deepEqual(scannedPackages(path, Buffer.from(text)), told, path);
});

test('files that are not what their path says tell nothing, and a damaged database is said to be unread', () => {
  const others = ['', '\0\xff', 'null', '[]', '{"packages":7,"libraries":"x"}', '{', '\n\n:\n=\n%NAME%'].map((text) =>
    Buffer.from(text, 'latin1'),
  );
  for (const [path, text] of files.filter(([, , ...told]) => told.length > 0)) {
    if (/\.gemspec$|conda-meta/.test(path)) continue;
    for (const other of others) assert.equal(scannedPackages(path, other)?.length ?? 0, 0, path);
    const half = scannedPackages(path, Buffer.from(text).subarray(0, text.length / 2));
    assert.ok(half === undefined ? path.endsWith('.wall') : half.length <= 1, path);
  }
  assert.equal(scannedPackages('var/lib/chisel/manifest.wall', zstdCompressSync(Buffer.alloc(64 * 1024 * 1024))), undefined);
});
