import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe } from 'node:test';
import { requireTag } from '@longshore/oci';
import type { OpenStore } from './contract-steps.ts';
import { app, by, byActor, newDigest, storeTest, web } from './contract-steps.ts';

const v1 = requireTag('v1');

/** Manifests: stored whole or not at all, byte for byte, and deleted with what belongs to them. */
export function describeManifests(open: OpenStore): void {
  describe('manifests', () => {
    storeTest(open, 'a manifest comes back byte for byte, by digest and by tag', async (steps) => {
      const { store } = steps;
      const bytes = new Uint8Array([0, 255, 39, 92, 10, 13, 0x3f, ...randomBytes(300_000)]);
      const input = steps.manifest(app, { bytes, tags: ['v1'] });
      assert.deepEqual(await store.commitManifest(input), { outcome: 'stored', created: true });
      const { digest, mediaType } = input;
      for (const reference of [{ tag: v1 }, { digest }]) {
        const found = await store.findManifest(app, reference);
        assert.deepEqual(found, { digest, mediaType, bytes });
        assert.equal(Object.getPrototypeOf(found?.bytes), Uint8Array.prototype);
        assert.deepEqual(await store.findManifestInfo(app, reference), { digest, mediaType, sizeBytes: bytes.length });
        assert.equal(await store.findManifest(web, reference), undefined);
        assert.equal(await store.findManifestInfo(web, reference), undefined);
      }
      assert.equal(await store.findManifest(app, { tag: requireTag('V1') }), undefined);
      assert.equal(await store.findManifest(app, { digest: newDigest('sha512') }), undefined);
    });

    storeTest(open, 'every missing reference is named, and nothing at all is stored', async (steps) => {
      const { store } = steps;
      const [present, blob, child, optional] = [await steps.blob(app), await steps.blob(web), newDigest(), newDigest()];
      await steps.events();
      const input = steps.manifest(app, { blobs: [present, blob, blob], children: [child], optionalBlobs: [optional], tags: ['v1'] });
      assert.deepEqual(await store.commitManifest(input), { outcome: 'missing', digests: [blob, child] });
      assert.equal(await store.findManifest(app, { digest: input.digest }), undefined);
      assert.equal(await store.findManifest(app, { tag: v1 }), undefined);
      assert.deepEqual(await steps.events(), []);
      await store.commitManifest({ ...input, repository: 'nobody/here' as typeof app });
      assert.equal(await store.findRepository('nobody/here' as typeof app), undefined);
    });

    storeTest(open, 'a blob that was not there when a manifest did not require it is not held by it; one that was, is', async (steps) => {
      const { store, at } = steps;
      const [here, absent] = [await steps.blob(app), newDigest()];
      await steps.push(app, { optionalBlobs: [here, absent] });
      await steps.blob(app, absent);
      assert.equal(await store.deleteBlob({ repository: app, digest: here, by, at }), 'in-use');
      assert.equal(await store.deleteBlob({ repository: app, digest: absent, by, at }), 'deleted');
    });

    storeTest(open, 'a manifest of more references than one statement takes', async (steps) => {
      const blobs = await Promise.all(Array.from({ length: 300 }, () => steps.blob(app)));
      const missing = newDigest();
      assert.deepEqual(await steps.tryPush(app, { blobs: [...blobs, missing] }), { outcome: 'missing', digests: [missing] });
      await steps.push(app, { blobs, tags: ['v1'] });
      for (const digest of [blobs[0], blobs[299]]) {
        assert.equal(await steps.store.deleteBlob({ repository: app, digest: digest ?? missing, by, at: steps.at }), 'in-use');
      }
    });

    storeTest(open, 'pushing the same again changes nothing, but renews a grace that is old', async (steps) => {
      const { store } = steps;
      const blob = await steps.blob(app);
      const input = steps.manifest(app, { blobs: [blob], tags: ['v1'] });
      await store.commitManifest(input);
      await steps.events();
      const pushedAt = steps.at;
      steps.at += 10;
      const again = { ...input, at: steps.at, mayMoveTags: false };
      assert.deepEqual(await store.commitManifest({ ...again, renewBefore: pushedAt }), { outcome: 'stored', created: false });
      assert.equal((await store.findBlob(app, blob))?.renewedAt, pushedAt, 'a young grace is long enough');
      assert.deepEqual(await store.commitManifest({ ...again, renewBefore: pushedAt + 1 }), { outcome: 'stored', created: false });
      assert.equal((await store.findBlob(app, blob))?.renewedAt, steps.at);
      assert.equal((await store.listTagHistory(app, v1, 10)).length, 1);
      assert.deepEqual(await steps.events(), []);
    });

    storeTest(open, 'a manifest is deleted with its tags and what it holds', async (steps) => {
      const { store, at } = steps;
      const blob = await steps.blob(app);
      const [digest, other] = [await steps.push(app, { blobs: [blob], tags: ['v2', 'v1'] }), await steps.push(app, { tags: ['v3'] })];
      await steps.events();
      assert.equal(await store.deleteManifest({ repository: web, digest, by, at }), 'absent');
      assert.equal(await store.deleteManifest({ repository: app, digest, by: byActor('user:1:bob'), at: at + 1 }), 'deleted');
      assert.equal(await store.deleteManifest({ repository: app, digest, by, at }), 'absent');
      assert.equal(await store.findManifest(app, { tag: v1 }), undefined);
      assert.deepEqual((await store.listTags(app, { limit: 9 }))?.items, ['v3']);
      assert.notEqual(await store.findManifest(app, { digest: other }), undefined);
      const [newest] = await store.listTagHistory(app, v1, 1);
      assert.deepEqual(newest, { tag: v1, from: digest, to: undefined, actor: 'user:1:bob', at: at + 1 });
      const events = await steps.events();
      assert.deepEqual(
        events.map(({ type, tag, digest: of, actor }) => [type, tag, of, actor]),
        [
          ['tag.deleted', 'v1', digest, 'user:1:bob'],
          ['tag.deleted', 'v2', digest, 'user:1:bob'],
          ['manifest.deleted', undefined, digest, 'user:1:bob'],
        ],
      );
      assert.equal(await store.deleteBlob({ repository: app, digest: blob, by, at }), 'deleted');
    });

    storeTest(open, 'a manifest that an index of its repository lists stays', async (steps) => {
      const { store, at } = steps;
      const child = await steps.push(app, { tags: ['child'] });
      const index = await steps.push(app, { children: [child] });
      assert.equal(await store.deleteManifest({ repository: app, digest: child, by, at }), 'in-use');
      assert.notEqual(await store.findManifest(app, { tag: requireTag('child') }), undefined);
      assert.equal(await store.deleteManifest({ repository: app, digest: index, by, at }), 'deleted');
      assert.equal(await store.deleteManifest({ repository: app, digest: child, by, at }), 'deleted');
    });

    storeTest(open, 'a subject is free to be absent, to come later, and to go', async (steps) => {
      const { store, at } = steps;
      const subject = newDigest();
      await steps.push(app, { subject, artifactType: 'a/b' });
      await steps.push(app, { digest: subject });
      assert.equal(await store.deleteManifest({ repository: app, digest: subject, by, at }), 'deleted');
      assert.equal((await store.listReferrers(app, subject, undefined, { limit: 9 })).items.length, 1);
    });
  });
}
