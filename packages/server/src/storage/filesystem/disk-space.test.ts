import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { describeLowSpace, lowDiskSpace } from './disk-space.ts';

const gib = 1024 ** 3;

test('a disk is nearly full below a twentieth, and below ten gibibytes', () => {
  assert.equal(describeLowSpace(5 * gib, 100 * gib), undefined);
  assert.equal(describeLowSpace(4.9 * gib, 100 * gib), 'warning: only 4 % of the disk is free');
  assert.equal(describeLowSpace(0, 100 * gib), 'warning: only 0 % of the disk is free');
  assert.equal(describeLowSpace(10 * gib, 1000 * gib), undefined, 'one per cent of a large disk is plenty');
  assert.equal(describeLowSpace(9.9 * gib, 1000 * gib), 'warning: only 0 % of the disk is free');
});

test('what cannot be asked is an error of the store', async () => {
  await lowDiskSpace(tmpdir());
  await assert.rejects(lowDiskSpace('/nonexistent/longshore'), { name: 'StorageError' });
});
