import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { OpenStore } from './contract-steps.ts';
import { app, by, foreign, newDigest, storeTest, web } from './contract-steps.ts';

const later = 1000;

/** The preview of a garbage collection. */
export function describePreview(open: OpenStore): void {
  describe('preview of garbage', () => {
    storeTest(open, 'shows what goes, with every consequence, and changes nothing', async (steps) => {
      const { store, at } = steps;
      const [kept, childBlob, shared, condemned] = [await steps.blob(app), await steps.blob(app), await steps.blob(app), newDigest()];
      await steps.push(app, { blobs: [kept, shared], tags: ['v1'] });
      const child = await steps.push(app, { blobs: [childBlob, shared] });
      const inner = await steps.push(app, { children: [child] });
      const outer = await steps.push(app, { children: [inner] });
      const referrer = await steps.push(app, { subject: child });
      const second = await steps.push(app, { subject: referrer });
      await steps.blob(app, condemned);
      await store.deleteBlob({ repository: app, digest: condemned, by, at });
      const [unlinked] = (await store.listUnlinkedPlacements(at + later, undefined, 9)).items;
      await store.condemnPlacements({ before: at + later, at, placementIds: [unlinked?.placementId ?? 0] });
      const found = await steps.preview(at + later, at + later);
      assert.equal(found[0], `blob ${condemned}`);
      assert.equal(found[1], `manifest ${outer}`);
      assert.deepEqual(found.slice(1, 6).sort(), [child, inner, outer, referrer, second].map((digest) => `manifest ${digest}`).sort());
      assert.deepEqual(found.slice(6), [`link ${childBlob}`, `blob ${childBlob}`]);
      assert.deepEqual(await steps.preview(at + later, at + later), found, 'a second preview sees the same');
      assert.notEqual(await store.findManifest(app, { digest: outer }), undefined);
      assert.deepEqual(await steps.preview(undefined, at + later), [`blob ${condemned}`]);
      assert.deepEqual(await steps.preview(at, at), [`blob ${condemned}`]);
    });

    storeTest(open, 'spares what a tag, another repository, a renewal or a lease holds', async (steps) => {
      const { store, at } = steps;
      const [elsewhere, leased, renewed] = [await steps.blob(app), await steps.blob(app), await steps.blob(app)];
      await steps.blob(foreign, elsewhere);
      await steps.push(foreign, { blobs: [elsewhere], tags: ['v1'] });
      const tagged = await steps.push(app, { tags: ['v1'] });
      await steps.push(app, { children: [tagged] });
      await store.leaseContent({ holder: 'hold', digest: leased, expiresAt: at + 2 * later });
      await store.renewBlob({ repository: app, digest: renewed, at: at + later });
      const index = await store.listUntaggedManifests(at + later, undefined, 9);
      assert.deepEqual(await steps.preview(at + later, at + later), [`manifest ${index.items[0]?.digest}`, `link ${elsewhere}`]);
    });

    storeTest(open, "ends with the signal's reason, and with what the visitor throws", async (steps) => {
      const { store, at } = steps;
      for (const repository of [app, web]) await steps.push(repository);
      const limits = { untaggedBefore: at + later, before: at + later };
      const controller = new AbortController();
      const reason = new Error('enough');
      const aborted = store.previewGarbage({ ...limits, signal: controller.signal }, () => controller.abort(reason));
      await assert.rejects(aborted, (error) => error === reason);
      const thrown = store.previewGarbage({ ...limits, signal: new AbortController().signal }, () => {
        throw reason;
      });
      await assert.rejects(thrown, (error) => error === reason);
      assert.equal((await steps.preview(at + later, at + later)).length, 2, 'the store works on');
    });
  });
}
