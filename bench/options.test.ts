import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BenchOptions, parseBenchOptions } from './options.ts';

function parsed(...args: string[]): BenchOptions {
  const options = parseBenchOptions(args);
  assert.notEqual(options, 'help');
  return options as BenchOptions;
}

test('several durabilities and numbers of workers take part side by side', () => {
  assert.deepEqual(parsed('--durability', 'full,relaxed', '--workers', 'auto,1').longshores, [
    { durability: 'full', workers: 'auto', metadata: 'sqlite', store: 'filesystem' },
    { durability: 'full', workers: '1', metadata: 'sqlite', store: 'filesystem' },
    { durability: 'relaxed', workers: 'auto', metadata: 'sqlite', store: 'filesystem' },
    { durability: 'relaxed', workers: '1', metadata: 'sqlite', store: 'filesystem' },
  ]);
  assert.deepEqual(parsed().longshores, [{ durability: 'full', workers: '1', metadata: 'sqlite', store: 'filesystem' }]);
  assert.deepEqual(
    parsed('--metadata', 'postgres,sqlite').longshores.map(({ metadata }) => metadata),
    ['postgres', 'sqlite'],
  );
  assert.deepEqual(
    parsed('--store', 's3,filesystem', '--metadata', 'postgres').longshores.map(({ store, metadata }) => [store, metadata]),
    [
      ['s3', 'postgres'],
      ['filesystem', 'postgres'],
    ],
  );
});

test('other registries keep their blobs in S3 when one of ours does', () => {
  assert.equal(parsed().peers.store, 'filesystem');
  assert.equal(parsed('--store', 'filesystem,s3').peers.store, 's3');
});

test('another checkout takes part on PostgreSQL when all of ours do', () => {
  assert.equal(parsed('--metadata', 'postgres,sqlite').peers.metadata, 'sqlite');
  assert.equal(parsed('--metadata', 'postgres').peers.metadata, 'postgres');
});

test('--only names rows; without it the long ones are left out', () => {
  const ids = parsed('--only', 'push', '--only', 'manifest').rows.map(({ id }) => id);
  assert.deepEqual(ids, ['manifest', 'push']);
  assert.ok(parsed().rows.every(({ long }) => long !== true));
});

test('what is wrong is named', () => {
  assert.throws(() => parseBenchOptions(['--only', 'pull']), /no row pull/);
  assert.throws(() => parseBenchOptions(['--durability', 'some']), /full or relaxed, not some/);
  assert.throws(() => parseBenchOptions(['--metadata', 'mysql']), /--metadata is sqlite or postgres, not mysql/);
  assert.throws(() => parseBenchOptions(['--store', 'nfs']), /--store is filesystem or s3, not nfs/);
  assert.throws(() => parseBenchOptions(['--rounds', '0']), /--rounds is a whole number from 1, not 0/);
  assert.throws(() => parseBenchOptions(['--workers', 'all']), /--workers is a whole number from 1, not all/);
  assert.equal(parseBenchOptions(['--help']), 'help');
});
