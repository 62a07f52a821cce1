import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BenchManifest, GarbageBench } from './garbage-bench.ts';
import type { GarbageItem } from './garbage-item.ts';

const repositories = ['team/a', 'team/b', 'other/c'];

type Step =
  | { kind: 'image' | 'referrer' | 'index'; repository: number; tag: number | undefined; pick: number; layers: number[] }
  | { kind: 'untag'; repository: number; tag: number }
  | { kind: 'delete'; repository: number; pick: number }
  | { kind: 'blob'; repository: number; layers: number[] }
  | { kind: 'upload'; repository: number; size: number }
  | { kind: 'age' };

const repository = fc.nat(repositories.length - 1);
const layers = fc.array(fc.nat(4), { maxLength: 2 });
const manifestStep = fc.record({
  kind: fc.constantFrom('image' as const, 'referrer' as const, 'index' as const),
  repository,
  tag: fc.option(fc.nat(2), { nil: undefined }),
  pick: fc.nat(20),
  layers,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: manifestStep },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('untag' as const), repository, tag: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), repository, pick: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('blob' as const), repository, layers }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('upload' as const), repository, size: fc.integer({ min: 1, max: 500 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('age' as const) }) },
);

/** Plays the steps; refusals (a child of an index, an absent tag) are part of the play. */
async function play(bench: GarbageBench, steps: readonly Step[], shared: readonly Uint8Array[]): Promise<void> {
  const pushed = repositories.map((): BenchManifest[] => []);
  for (const each of steps) {
    if (each.kind === 'age') {
      bench.age();
      continue;
    }
    const name = repositories[each.repository] ?? 'team/a';
    const here = pushed[each.repository] ?? [];
    const picked = 'pick' in each ? here[each.pick % Math.max(1, here.length)] : undefined;
    const chosen = 'layers' in each ? each.layers.map((index) => shared[index] ?? new Uint8Array()) : [];
    if (each.kind === 'untag') await bench.untag(name, `v${each.tag}`).catch(() => undefined);
    else if (each.kind === 'upload') await bench.beginUpload(name, randomBytes(each.size));
    else if (each.kind === 'blob') for (const layer of chosen) await bench.upload(name, layer);
    else if (each.kind === 'delete') {
      if (picked !== undefined) await bench.remove(name, picked).catch(() => undefined);
    } else {
      const subject = each.kind === 'referrer' && picked !== undefined ? { subject: picked } : {};
      const manifest = each.kind === 'index' && picked !== undefined ? bench.index([picked]) : bench.image({ ...subject, layers: chosen });
      const tag = each.tag === undefined ? undefined : `v${each.tag}`;
      // The child of an index may be deleted by now.
      const stored = await bench.push(name, manifest, tag).catch(() => undefined);
      if (stored !== undefined) here.push(stored);
    }
  }
}

test('a dry run says exactly what the following run removes, and removes nothing itself', async (t) => {
  const bench = await GarbageBench.open(t);
  const shared = Array.from({ length: 5 }, () => randomBytes(300));
  let removed = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 25 }),
      fc.constantFrom('keep' as const, 'delete' as const),
      async (steps, untagged) => {
        await play(bench, steps, shared);
        const before = await bench.stored();
        const items: GarbageItem[] = [];
        const dry = await bench.collect({ ...bench.deps({ untagged }), dryRun: true, onItem: (item) => items.push(item) });
        assert.deepEqual(await bench.stored(), before);
        const real = await bench.collect(bench.deps({ untagged }));
        assert.deepEqual({ ...dry, dryRun: false }, real);
        const after = new Set(await bench.stored());
        const shown = items.flatMap((item) => (item.kind === 'blob' ? [item.location as string] : 'id' in item ? [item.id] : []));
        assert.deepEqual(shown.sort(), before.filter((id) => !after.has(id)).sort());
        removed += items.length;
        const again = await bench.collect({ ...bench.deps({ untagged }), dryRun: true });
        assert.deepEqual(
          { ...again, dryRun: false },
          { dryRun: false, manifests: 0, links: 0, blobs: 0, uploads: 0, orphans: 0, bytes: 0, failed: 0 },
        );
      },
    ),
    { numRuns: 12 },
  );
  assert.ok(removed > 0);
});
