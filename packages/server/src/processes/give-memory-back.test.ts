import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedDataVersionTag, getHeapStatistics } from 'node:v8';
import { giveMemoryBack } from './give-memory-back.ts';

/** Of everything that is compiled before memory is given back for the first time. */
const tag = cachedDataVersionTag();

const megabyte = 1024 * 1024;
const heapMegabytes = () => getHeapStatistics().total_physical_size / megabyte;

/** Objects that live long enough to be kept twice, so that room is made for them, and then nobody knows them any more. */
function makeWaste(): number {
  const kept: object[] = [];
  const most = heapMegabytes() + 100;
  while (heapMegabytes() < most) for (let made = 0; made < 10_000; made += 1) kept.push({ made, more: [made] });
  return heapMegabytes();
}

test('what nobody uses any more is given back to the system', async () => {
  await giveMemoryBack();
  const before = heapMegabytes();
  const most = makeWaste();
  await giveMemoryBack();
  const left = heapMegabytes();
  assert(left < before + (most - before) / 4, `${left} of ${most} MB are left, ${before} were there before`);
});

test('what was compiled is still good, and nobody else gets at the collector', async () => {
  await giveMemoryBack();
  assert.equal(cachedDataVersionTag(), tag);
  assert.equal('gc' in globalThis, false);
});

test('a thread that uses much does not stand still for it', async () => {
  const used = Array.from({ length: 24_000_000 }, (_, index) => index);
  const most = makeWaste();
  await giveMemoryBack();
  // What other threads clear away on their own is not counted.
  assert(heapMegabytes() > most - 50, `${heapMegabytes()} of ${most} MB are left`);
  assert.equal(used.length, 24_000_000);
});
