import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe } from 'node:test';
import type { Digest } from '@longshore/oci';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, foreign, newDigest, storeTest, web } from './contract-steps.ts';

const later = 1000;
const newLocation = () => `blobs/${randomUUID()}` as BlobLocation;
const toFast = { project: 'team', to: 'fast' };

/** Makes the store and begins to move the project of most tests there. */
async function beginMove({ store }: StoreSteps): Promise<void> {
  await store.registerStores({ names: ['default', 'fast', 'other-store'] });
  assert.equal(await store.beginMove({ ...toFast, by, at: Date.now() }), 'moving');
}

async function place({ store, at }: StoreSteps, digest: Digest, location = newLocation()): Promise<string> {
  return store.placeCopy({ ...toFast, digest, location, at });
}

async function finish({ store, at }: StoreSteps): Promise<boolean> {
  return store.finishMove({ ...toFast, from: 'default', by, at });
}

async function garbage({ store, at }: StoreSteps): Promise<string[]> {
  const { items } = await store.listUnlinkedPlacements(at + later, undefined, 100);
  return items.map(({ store: name, digest }) => `${name} ${digest}`);
}

/** Where projects live, and how they move. */
export function describeProjects(open: OpenStore): void {
  describe('projects and their stores', () => {
    storeTest(open, 'a project is created on the store that is named, and stays there', async (steps) => {
      const { store, at } = steps;
      await store.registerStores({ names: ['fast', 'default'] });
      await store.registerStores({ names: ['fast'] });
      const stores = async () => (await store.listStores()).map(({ name, holdsContent }) => `${name} ${holdsContent}`);
      assert.deepEqual(await stores(), ['default false', 'fast false']);
      const upload = { by, algorithm: 'sha256', at } as const;
      const session = await steps.start({ ...upload, id: 'one', repository: app, store: 'fast' });
      assert.deepEqual([session.store, session.repository.store], ['fast', 'fast']);
      assert.equal((await steps.start({ ...upload, id: 'two', repository: web, store: 'default' })).store, 'fast');
      assert.equal((await steps.start({ ...upload, id: 'three', repository: foreign })).store, 'default');
      const team = { name: 'team', store: 'fast', movingFrom: undefined, sizeBytes: 0 };
      assert.deepEqual(await store.findProject('team'), team);
      assert.equal(await store.findProject('nobody'), undefined);
      assert.deepEqual(await store.listProjects({ store: 'fast' }, { limit: 9, after: undefined }), [team]);
      const all = await store.listProjects({}, { limit: 9, after: undefined });
      assert.deepEqual(
        all.map(({ name }) => name),
        ['other', 'team'],
      );
      assert.deepEqual(await store.listProjects({}, { limit: 1, after: 'other' }), [team]);
      await assert.rejects(steps.start({ ...upload, id: 'four', repository: 'new/app' as never, store: 'nowhere' }));
      const { outcome } = await steps.commit(app, newDigest());
      assert.equal(outcome, 'stored');
      assert.deepEqual(await stores(), ['default false', 'fast true']);
      assert.deepEqual((await store.countContent()).stores, [
        { store: 'default', blobs: 0, bytes: 0 },
        { store: 'fast', blobs: 1, bytes: 100 },
      ]);
    });

    storeTest(open, 'the same bytes are stored once on each store, and removed on each alone', async (steps) => {
      const { store, at } = steps;
      await store.registerStores({ names: ['fast'] });
      assert.equal(await store.assignStore({ project: 'other', store: 'fast', by, at }), 'assigned');
      const digest = newDigest();
      const [here, there] = [await steps.commit(app, digest), await steps.commit(foreign, digest)];
      assert.deepEqual([here.outcome, there.outcome], ['stored', 'stored']);
      assert.equal((await store.findBlob(app, digest))?.location, here.location);
      assert.equal((await store.findBlob(foreign, digest))?.location, there.location);
      await store.deleteBlob({ repository: foreign, digest, by, at });
      assert.deepEqual(await garbage(steps), [`fast ${digest}`]);
      await store.deleteBlob({ repository: app, digest, by, at });
      assert.deepEqual((await garbage(steps)).sort(), [`default ${digest}`, `fast ${digest}`]);
    });

    storeTest(open, 'a mount never links what the store of the target does not have', async (steps) => {
      const { store, at } = steps;
      await store.registerStores({ names: ['fast'] });
      const mount = { from: app, to: foreign, store: 'fast', by, at };
      const digest = await steps.blob(app);
      assert.equal(await store.mountBlob({ ...mount, digest }), false);
      assert.equal(await store.findProject('other'), undefined, 'a refused mount creates nothing');
      assert.equal(await store.assignStore({ project: 'other', store: 'fast', by, at }), 'assigned');
      assert.equal(await store.mountBlob({ ...mount, digest }), false);
      assert.deepEqual(await store.findBlobSources(digest, 'fast', { kind: 'everything' }, 9), []);
      await steps.blob('other/second' as never, digest);
      assert.equal(await store.mountBlob({ ...mount, digest }), true);
      assert.equal((await store.findBlob(foreign, digest))?.store, 'fast');
    });

    storeTest(open, 'only a project without content is assigned to another store', async (steps) => {
      const { store, at } = steps;
      await store.registerStores({ names: ['fast'] });
      const assign = { project: 'team', by, at };
      assert.equal(await store.assignStore({ ...assign, store: 'nowhere' }), 'unknown-store');
      const session = await steps.begin(app);
      assert.equal(await store.assignStore({ ...assign, store: 'fast' }), 'assigned');
      const blob = { uploadId: session, epoch: 1, digest: newDigest(), sizeBytes: 1, location: newLocation(), by, at };
      assert.deepEqual(await store.commitBlob(blob), { outcome: 'elsewhere', store: 'fast' });
      assert.notEqual(await store.findUpload(session), undefined, 'nothing changed');
      assert.deepEqual(await store.commitBlob({ ...blob, location: newLocation(), copiedTo: 'fast' }), { outcome: 'stored' });
      assert.equal(await store.assignStore({ ...assign, store: 'fast' }), 'assigned');
      assert.equal(await store.assignStore({ ...assign, store: 'default' }), 'has-content');
    });

    storeTest(open, 'while a project moves, pushes go to the new store and reads find what is on the old one', async (steps) => {
      const { store, at } = steps;
      const [old, shared] = [await steps.blob(app), await steps.blob(app)];
      await steps.blob(foreign, shared);
      const session = await steps.begin(app);
      await beginMove(steps);
      assert.deepEqual(await store.findProject('team'), { name: 'team', store: 'fast', movingFrom: 'default', sizeBytes: 200 });
      assert.equal((await store.findBlob(app, old))?.store, 'default');
      assert.equal(await store.renewBlob({ repository: app, digest: old, at }), true);
      assert.deepEqual(await garbage(steps), []);
      await steps.push(app, { blobs: [old] });
      assert.equal((await store.findUpload(session))?.store, 'default', 'a session stays where its bytes are');
      assert.equal((await store.findUpload(session))?.repository.store, 'fast');
      const pushed = await steps.blob(app);
      assert.equal((await store.findBlob(app, pushed))?.store, 'fast');
      assert.equal(await store.mountBlob({ digest: old, from: app, to: web, by, at }), true, 'within the project');
      const outside = await steps.blob(foreign);
      assert.equal(await store.mountBlob({ digest: outside, from: foreign, to: web, by, at }), false, 'a move does not know of it');
      const items = (await store.listMovingBlobs({ ...toFast, from: 'default' }, undefined)).items;
      const copied = new Map(items.map((item) => [item.digest, item.copied]));
      assert.deepEqual(copied, new Map([[old, false] as const, [shared, false] as const, [pushed, true] as const]));
      assert.equal((await store.findBlob(app, old))?.location, items.find(({ digest }) => digest === old)?.location);
    });

    storeTest(open, 'a copy serves at once, and the old one is garbage after the move unless others have it', async (steps) => {
      const { store } = steps;
      const [old, shared] = [await steps.blob(app), await steps.blob(app)];
      await steps.blob(foreign, shared);
      await beginMove(steps);
      steps.at += 2 * later;
      const location = newLocation();
      assert.equal(await place(steps, old, location), 'placed');
      assert.equal(await place(steps, old), 'duplicate');
      assert.equal(await place(steps, newDigest()), 'unwanted');
      assert.deepEqual((await store.findBlob(app, old))?.location, location);
      assert.equal(await place(steps, shared), 'placed');
      assert.deepEqual(await garbage(steps), []);
      await steps.events();
      assert.equal(await store.finishMove({ ...toFast, from: 'other-store', by, at: steps.at }), false);
      assert.equal(await finish(steps), true);
      assert.equal(await finish(steps), false);
      const [event] = await steps.events();
      assert.deepEqual([event?.type, event?.data], ['project.moved', { project: 'team', from: 'default', to: 'fast' }]);
      assert.equal(await place(steps, old), 'unwanted', 'the move is over');
      assert.deepEqual((await store.listUnlinkedPlacements(steps.at, undefined, 9)).items, [], 'the old copy has its grace anew');
      assert.deepEqual(await garbage(steps), [`default ${old}`]);
      assert.equal((await store.findBlob(foreign, shared))?.store, 'default');
      assert.equal((await store.findBlob(app, shared))?.store, 'fast');
    });

    storeTest(open, 'a move goes on, turns round, and does not go to a third store', async (steps) => {
      const { store } = steps;
      const digest = await steps.blob(app);
      await store.registerStores({ names: ['fast', 'third'] });
      const outcomes: string[] = [];
      for (const to of ['nowhere', 'default', 'fast', 'fast', 'third', 'default'])
        outcomes.push(await store.beginMove({ project: 'team', to, by, at: Date.now() }));
      assert.deepEqual(outcomes, ['unknown-store', 'already-there', 'moving', 'moving', 'moving-elsewhere', 'moving']);
      assert.equal(await store.beginMove({ project: 'nobody', to: 'fast', by, at: Date.now() }), 'unknown-project');
      assert.deepEqual(await store.findProject('team'), { name: 'team', store: 'default', movingFrom: 'fast', sizeBytes: 100 });
      assert.equal((await store.findBlob(app, digest))?.store, 'default');
      const listed = await store.listProjects({ store: 'fast' }, { limit: 9, after: undefined });
      assert.deepEqual(
        listed.map(({ name }) => name),
        ['team'],
      );
    });

    storeTest(open, 'a lost copy is found on the old store while the project moves', async (steps) => {
      const { store, at } = steps;
      const digest = await steps.blob(app);
      await beginMove(steps);
      const location = newLocation();
      await place(steps, digest, location);
      await store.reportLostBlob({ store: 'fast', location, at });
      assert.equal((await store.findBlob(app, digest))?.store, 'default');
      const [item] = (await store.listMovingBlobs({ ...toFast, from: 'default' }, undefined)).items;
      assert.equal(item?.copied, false);
    });

    storeTest(open, 'copies are renewed unless a collection was faster', async (steps) => {
      const { store, at } = steps;
      const [kept, doomed] = [await steps.blob(app), await steps.blob(app)];
      for (const digest of [kept, doomed]) await store.deleteBlob({ repository: app, digest, by, at });
      const { items } = await store.listUnlinkedPlacements(at + 1, undefined, 9);
      const placementIds = items.filter(({ digest }) => digest === doomed).map(({ placementId }) => placementId);
      assert.equal((await store.condemnPlacements({ before: at + 1, at, placementIds })).length, 1);
      const digests = [doomed, kept, kept, newDigest()];
      assert.equal(await store.renewCopies({ store: 'default', digests, at: at + later }), 1);
      assert.equal(await store.renewCopies({ store: 'nowhere', digests, at }), 0);
      assert.deepEqual((await store.listUnlinkedPlacements(at + later, undefined, 9)).items, []);
    });

    storeTest(open, 'moves are listed in pages that miss nothing', async (steps) => {
      const pushed = await Promise.all(Array.from({ length: 450 }, () => steps.blob(app)));
      await beginMove(steps);
      const seen: Digest[] = [];
      for (let cursor: number | undefined, first = true; first || cursor !== undefined; first = false) {
        const page = await steps.store.listMovingBlobs({ ...toFast, from: 'default' }, cursor);
        seen.push(...page.items.map(({ digest }) => digest));
        cursor = page.cursor;
      }
      assert.deepEqual(seen.sort(), pushed.sort());
    });

    storeTest(open, 'pushes at the moment in which moves begin are all found by the move', async (steps) => {
      const { store } = steps;
      await store.registerStores({ names: ['fast'] });
      await steps.blob(app);
      for (let round = 0; round < 10; round += 1) {
        const to = round % 2 === 0 ? 'fast' : 'default';
        const digests = Array.from({ length: 8 }, () => newDigest());
        const [began, ...commits] = await Promise.all([
          store.beginMove({ project: 'team', to, by, at: Date.now() }),
          ...digests.map(async (digest) => {
            const uploadId = await steps.begin(app);
            const blob = { uploadId, epoch: 1, digest, sizeBytes: 100, by, at: steps.at };
            const first = await store.commitBlob({ ...blob, location: newLocation() });
            if (first.outcome !== 'elsewhere') return { digest, store: undefined };
            await store.commitBlob({ ...blob, location: newLocation(), copiedTo: first.store });
            return { digest, store: first.store };
          }),
        ]);
        assert.equal(began, 'moving');
        for (const { digest, store: copiedTo } of commits) {
          if (copiedTo !== undefined) assert.equal(copiedTo, to);
          assert.notEqual(await store.findBlob(app, digest), undefined);
        }
        const from = to === 'fast' ? 'default' : 'fast';
        const { items } = await store.listMovingBlobs({ project: 'team', from, to }, undefined);
        for (const { digest, copied } of items) {
          if (!copied)
            assert.equal(await store.placeCopy({ project: 'team', to, digest, location: newLocation(), at: steps.at }), 'placed');
        }
        assert.equal(await store.finishMove({ project: 'team', from, to, by, at: steps.at }), true);
        for (const { digest } of items) assert.equal((await store.findBlob(app, digest))?.store, to);
      }
    });
  });
}
