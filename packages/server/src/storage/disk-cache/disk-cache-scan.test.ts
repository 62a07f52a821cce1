import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { kibibyte, mebibyte } from '../contract/contract-steps.ts';
import { cacheBench, pull } from './counted-store.ts';

test('whoever pulls everything once does not throw out what is pulled again and again', async (t) => {
  const bench = await cacheBench(t, mebibyte);
  const cache = bench.open();
  const hot = await Promise.all(Array.from({ length: 15 }, () => bench.store.push(randomBytes(50 * kibibyte))));
  for (let round = 0; round < 2; round += 1) {
    for (const blob of hot) await pull(cache, blob);
    bench.nowMs += 100_000;
  }
  for (let index = 0; index < 100; index += 1) {
    bench.nowMs += 100_000;
    await pull(cache, await bench.store.push(randomBytes(50 * kibibyte)));
    assert.ok(cache.figures().bytes <= mebibyte);
  }
  const before = bench.store.opened;
  for (const blob of hot) await pull(cache, blob);
  assert.equal(bench.store.opened, before);
  assert.ok(cache.figures().evictions >= 90);
});

test('a scan of the largest blobs costs the hot ones no more than one of them takes', async (t) => {
  const bench = await cacheBench(t, mebibyte);
  const cache = bench.open();
  const hot = await Promise.all(Array.from({ length: 20 }, () => bench.store.push(randomBytes(50 * kibibyte))));
  for (let round = 0; round < 2; round += 1) {
    for (const blob of hot) await pull(cache, blob);
    bench.nowMs += 100_000;
  }
  for (let index = 0; index < 20; index += 1) {
    bench.nowMs += 100_000;
    await pull(cache, await bench.store.push(randomBytes(256 * kibibyte)));
  }
  const before = bench.store.opened;
  for (const blob of hot) await pull(cache, blob);
  // 256 KiB and what ends in the middle of a blob of 50 KiB.
  assert.ok(bench.store.opened - before <= 6, `${bench.store.opened - before} of 20 were lost`);
});

test('what became popular takes the place of what is not any more', async (t) => {
  const bench = await cacheBench(t, mebibyte);
  const cache = bench.open();
  const sets = await Promise.all(
    [0, 1].map(() => Promise.all(Array.from({ length: 15 }, () => bench.store.push(randomBytes(50 * kibibyte))))),
  );
  for (const set of sets) {
    for (let round = 0; round < 6; round += 1) {
      for (const blob of set) await pull(cache, blob);
      bench.nowMs += 100_000;
    }
    const before = bench.store.opened;
    for (const blob of set) await pull(cache, blob);
    assert.equal(bench.store.opened, before);
  }
});
