import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { refuseNetworkFileSystem, typeInMountTable } from './network-file-system.ts';

test('network file systems are refused by name, also where their number comes as a negative one', () => {
  const cases: [number, string][] = [
    [0x6969, 'NFS'],
    [0x517b, 'SMB'],
    [0xff534d42, 'CIFS'],
    [0xff534d42 | 0, 'CIFS'],
    [0xfe534d42, 'SMB2'],
    [0xc36400, 'CephFS'],
    [0x01021997, '9p'],
  ];
  for (const [type, name] of cases) {
    assert.throws(
      () => refuseNetworkFileSystem('/data', () => type),
      (error) => error instanceof StorageError && error.message.includes(`/data is on ${name}`) && error.message.includes('PostgreSQL'),
    );
  }
});

test('a file system that a program serves is refused when its mount names one of files on other machines', () => {
  const table = [
    '22 26 0:20 / /proc rw,relatime shared:12 - proc proc rw',
    '90 26 0:51 / /home/me/shared\\040files rw,nosuid shared:60 - fuse.sshfs me@host:/srv rw,user_id=0',
    '91 26 0:52 / /data rw,nosuid - fuse.bindfs /srv/data rw,user_id=0',
    '92 26 0:300 / /vm rw - virtiofs share rw',
  ].join('\n');
  const programOf = (minor: number) => typeInMountTable(table, (minor % 256) + Math.floor(minor / 256) * 0x100000);
  assert.deepEqual([51, 52, 300, 99].map(programOf), ['fuse.sshfs', 'fuse.bindfs', 'virtiofs', undefined]);
  const refuse = (minor: number) =>
    refuseNetworkFileSystem(
      '/data',
      () => 0x65735546,
      () => programOf(minor),
    );
  assert.throws(() => refuse(51), /\/data is on fuse.sshfs/);
  for (const local of [52, 300, 99]) refuse(local);
});

test('local file systems are accepted', () => {
  for (const type of [0xef53, 0x01021994, 0x9123683e, 0x58465342, 0x794c7630]) refuseNetworkFileSystem('/data', () => type);
  refuseNetworkFileSystem(tmpdir());
});
