import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { refuseNetworkFileSystem } from './network-file-system.ts';

test('network file systems are refused by name, also where their number comes as a negative one', () => {
  const cases: [number, string][] = [
    [0x6969, 'NFS'],
    [0x517b, 'SMB'],
    [0xff534d42, 'CIFS'],
    [0xff534d42 | 0, 'CIFS'],
    [0xfe534d42, 'SMB2'],
    [0xc36400, 'CephFS'],
  ];
  for (const [type, name] of cases) {
    assert.throws(
      () => refuseNetworkFileSystem('/data', () => type),
      (error) => error instanceof StorageError && error.message.includes(`/data is on ${name}`) && error.message.includes('PostgreSQL'),
    );
  }
});

test('local file systems and FUSE are accepted', () => {
  for (const type of [0xef53, 0x01021994, 0x9123683e, 0x58465342, 0x794c7630, 0x65735546]) refuseNetworkFileSystem('/data', () => type);
  refuseNetworkFileSystem(tmpdir());
});
