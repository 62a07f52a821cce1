import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { newUser, pulledBy } from './access.ts';
import type { OpenStore } from './contract-steps.ts';
import { app, by, foreign, newDigest, storeTest, web } from './contract-steps.ts';

/** Blobs: visible by link and placement only, stored once, mounted, deleted, lost and healed. */
export function describeBlobs(open: OpenStore): void {
  describe('blobs', () => {
    storeTest(open, 'a blob is visible where it was pushed and nowhere else', async (steps) => {
      const { store, at } = steps;
      for (const digest of [newDigest('sha256'), newDigest('sha512')]) {
        const { outcome, location } = await steps.commit(app, digest);
        assert.equal(outcome, 'stored');
        assert.deepEqual(await store.findBlob(app, digest), { digest, sizeBytes: 100, store: 'default', location, renewedAt: at });
        assert.equal(await store.findBlob(web, digest), undefined);
      }
      assert.equal(await store.findBlob(app, newDigest()), undefined);
    });

    storeTest(open, 'a second push of the same bytes keeps the first copy and renews its grace', async (steps) => {
      const { store } = steps;
      const digest = newDigest();
      const first = await steps.commit(app, digest);
      steps.at += 50;
      for (const repository of [app, foreign]) {
        assert.equal((await steps.commit(repository, digest)).outcome, 'duplicate');
        const found = await store.findBlob(repository, digest);
        assert.deepEqual([found?.location, found?.renewedAt], [first.location, steps.at]);
      }
      await store.deleteBlob({ repository: app, digest, by, at: steps.at });
      await store.deleteBlob({ repository: foreign, digest, by, at: steps.at });
      assert.deepEqual((await store.listUnlinkedPlacements(steps.at, undefined, 10)).items, []);
    });

    storeTest(open, 'a mount links what the source links, once', async (steps) => {
      const { store } = steps;
      const digest = await steps.blob(app);
      steps.at += 50;
      const mount = { digest, from: app, to: foreign, by, at: steps.at };
      assert.equal(await store.mountBlob({ ...mount, from: web }), false);
      assert.equal(await store.mountBlob({ ...mount, digest: newDigest() }), false);
      assert.equal(await store.findRepository(foreign), undefined, 'a refused mount creates nothing');
      await steps.events();
      assert.equal(await store.mountBlob(mount), true);
      assert.equal(await store.mountBlob(mount), true);
      assert.equal((await store.findBlob(foreign, digest))?.renewedAt, steps.at);
      const events = await steps.events();
      assert.deepEqual(
        events.map(({ type, repository, digest: of }) => [type, repository, of]),
        [
          ['project.created', undefined, undefined],
          ['blob.mounted', foreign, digest],
        ],
      );
    });

    storeTest(open, 'renewing works where the blob is, and only there', async (steps) => {
      const { store, at } = steps;
      const digest = await steps.blob(app);
      assert.equal(await store.renewBlob({ repository: app, digest, at: at + 9 }), true);
      assert.equal((await store.findBlob(app, digest))?.renewedAt, at + 9);
      assert.equal(await store.renewBlob({ repository: web, digest, at }), false);
      assert.equal(await store.renewBlob({ repository: app, digest: newDigest(), at }), false);
    });

    storeTest(open, 'a deleted blob is gone from its repository, unless a manifest points at it', async (steps) => {
      const { store, at } = steps;
      const digest = await steps.blob(app);
      await steps.blob(web, digest);
      const manifest = await steps.push(app, { blobs: [digest] });
      const remove = { repository: app, digest, by, at };
      assert.equal(await store.deleteBlob(remove), 'in-use');
      assert.notEqual(await store.findBlob(app, digest), undefined);
      await store.deleteManifest({ repository: app, digest: manifest, by, at });
      await steps.events();
      assert.equal(await store.deleteBlob(remove), 'deleted');
      assert.deepEqual(
        (await steps.events()).map(({ type }) => type),
        ['blob.deleted'],
      );
      assert.equal(await store.deleteBlob(remove), 'absent');
      assert.equal(await store.deleteBlob({ ...remove, repository: foreign }), 'absent');
      assert.equal(await store.findBlob(app, digest), undefined);
      assert.notEqual(await store.findBlob(web, digest), undefined);
    });

    storeTest(open, 'a lost copy is not served, cannot be relied on, and is healed by the next push', async (steps) => {
      const { store, at } = steps;
      const digest = newDigest();
      const { location } = await steps.commit(app, digest);
      await store.reportLostBlob({ store: 'elsewhere', location, at });
      assert.notEqual(await store.findBlob(app, digest), undefined, 'another store lost something else');
      await store.reportLostBlob({ store: 'default', location, at });
      assert.equal(await store.findBlob(app, digest), undefined);
      assert.equal(await store.renewBlob({ repository: app, digest, at }), false);
      assert.equal(await store.mountBlob({ digest, from: app, to: web, by, at }), false);
      assert.deepEqual(await steps.tryPush(app, { blobs: [digest] }), { outcome: 'missing', digests: [digest] });
      assert.deepEqual(await store.knownLocations('default', [location]), new Set([location]));
      const healed = await steps.commit(app, digest);
      assert.equal(healed.outcome, 'stored');
      assert.equal((await store.findBlob(app, digest))?.location, healed.location);
      assert.deepEqual(
        (await store.listCondemnedPlacements(10)).map((placement) => placement.location),
        [location],
      );
    });

    storeTest(open, 'sources of a mount are those that the caller may see', async (steps) => {
      const { store } = steps;
      const digest = await steps.blob(app);
      await steps.blob(foreign, digest);
      const everything = { kind: 'everything' } as const;
      assert.deepEqual((await store.findBlobSources(digest, 'default', everything, 9)).sort(), [foreign, app]);
      assert.equal((await store.findBlobSources(digest, 'default', everything, 1)).length, 1);
      assert.deepEqual(await store.findBlobSources(digest, 'elsewhere', everything, 9), []);
      assert.deepEqual(await store.findBlobSources(digest, 'default', { kind: 'nothing' }, 9), []);
      const eve = await newUser(steps, 'eve');
      assert.deepEqual(await store.findBlobSources(digest, 'default', pulledBy(eve), 9), []);
      await store.setProjectRole({ userId: eve.id, project: 'other', role: 'writer', by, at: steps.at });
      assert.deepEqual(await store.findBlobSources(digest, 'default', pulledBy(eve), 9), [foreign]);
    });
  });
}
