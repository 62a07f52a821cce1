import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Digest } from '@longshore/oci';
import { requireRepositoryName } from '@longshore/oci';
import { maskOf } from '../../registry/action-mask.ts';
import { newUser, pulledBy } from './access.ts';
import type { OpenStore } from './contract-steps.ts';
import { app, by, foreign, newDigest, storeTest, web } from './contract-steps.ts';

/** The catalog, and referrers. */
export function describeLists(open: OpenStore): void {
  describe('lists', () => {
    storeTest(open, 'the catalog shows repositories with manifests, by byte value, in pages', async (steps) => {
      const { store, at } = steps;
      const everything = { kind: 'everything' } as const;
      await steps.blob(requireRepositoryName('team/empty'));
      const digests = new Map<string, Digest>();
      for (const name of ['team/app', 'other/app', 'solo', 'team/a_b', 'team/a-b', 'team/a/b']) {
        digests.set(name, await steps.push(requireRepositoryName(name)));
      }
      const sorted = ['other/app', 'solo', 'team/a-b', 'team/a/b', 'team/a_b', 'team/app'];
      assert.deepEqual(await store.listRepositories(everything, { limit: 9 }), { items: sorted, more: false });
      assert.deepEqual(await store.listRepositories(everything, { limit: 2 }), { items: sorted.slice(0, 2), more: true });
      assert.deepEqual(await store.listRepositories(everything, { limit: 2, after: 'solo' }), { items: sorted.slice(2, 4), more: true });
      await store.deleteManifest({ repository: app, digest: digests.get(app) ?? newDigest(), by, at });
      assert.deepEqual((await store.listRepositories(everything, { limit: 9 })).items, sorted.slice(0, -1));
    });

    storeTest(open, 'the catalog shows each user the projects of their roles', async (steps) => {
      const { store, at } = steps;
      for (const repository of [app, web, foreign]) await steps.push(repository);
      const eve = await newUser(steps, 'eve');
      const pushed = { ...pulledBy(eve), action: maskOf(['push']) };
      const list = async () => (await store.listRepositories(pushed, { limit: 9 })).items;
      assert.deepEqual(await list(), []);
      await store.setProjectRole({ userId: eve.id, project: 'team', role: 'creator', by, at });
      assert.deepEqual(await list(), [app, web]);
      await store.setProjectRole({ userId: eve.id, project: 'team', role: 'reader', by, at });
      assert.deepEqual(await list(), []);
      assert.deepEqual(await store.listRepositories({ kind: 'nothing' }, { limit: 9 }), { items: [], more: false });
    });

    storeTest(open, 'the catalog of a user is in the order of names across projects, in pages', async (steps) => {
      const { store, at } = steps;
      const names = ['aa', 'aa-b', 'aa-b/x', 'aa/x', 'aa/y/z', 'aa0/x', 'bb', 'bb/x', 'cc/x', 'hidden/x'].map((name) =>
        requireRepositoryName(name),
      );
      for (const name of names) await steps.push(name);
      await steps.blob(requireRepositoryName('cc/empty'));
      const eve = await newUser(steps, 'eve');
      for (const project of ['bb', 'cc', 'aa', 'aa-b', 'aa0'])
        await store.setProjectRole({ userId: eve.id, project, role: 'reader', by, at });
      const visible = names.slice(0, -1);
      for (const limit of [1, 2, 3, 8, 9, 20]) {
        for (const after of [undefined, ...names, 'aa/', 'aa/y', 'zz']) {
          const page = after === undefined ? { limit } : { limit, after };
          const rest = visible.filter((name) => after === undefined || name > after);
          const expected = { items: rest.slice(0, limit), more: rest.length > limit };
          assert.deepEqual(await store.listRepositories(pulledBy(eve), page), expected, `${limit} after ${after}`);
        }
      }
    });

    storeTest(open, 'referrers are sorted by digest, filtered, in pages, and only of this repository', async (steps) => {
      const { store } = steps;
      const subject = newDigest();
      const annotations = { 'org.example.note': 'quote " and ünicode', empty: '' };
      const digests: Digest[] = [];
      for (let count = 0; count < 5; count += 1) {
        digests.push(await steps.push(app, { subject, artifactType: count % 2 === 0 ? 'x/even' : 'x/odd', annotations }));
      }
      await steps.push(app, { subject: newDigest(), artifactType: 'x/even' });
      await steps.push(web, { subject, artifactType: 'x/even' });
      const plain = await steps.push(app, { subject });
      const sorted = [...digests, plain].sort();
      const all = await store.listReferrers(app, subject, undefined, { limit: 9 });
      assert.deepEqual([all.items.map(({ digest }) => digest), all.more], [sorted, false]);
      const mediaType = 'application/vnd.oci.image.manifest.v1+json';
      assert.deepEqual(
        all.items.find(({ digest }) => digest === digests[1]),
        { digest: digests[1], mediaType, sizeBytes: 20, artifactType: 'x/odd', annotations },
      );
      assert.deepEqual(
        all.items.find(({ digest }) => digest === plain),
        { digest: plain, mediaType, sizeBytes: 20, artifactType: undefined, annotations: undefined },
      );
      const page = await store.listReferrers(app, subject, undefined, { limit: 2, after: sorted[1] });
      assert.deepEqual([page.items.map(({ digest }) => digest), page.more], [sorted.slice(2, 4), true]);
      const odd = await store.listReferrers(app, subject, 'x/odd', { limit: 2 });
      assert.deepEqual([odd.items.map(({ digest }) => digest), odd.more], [[digests[1], digests[3]].sort(), false]);
      assert.deepEqual(await store.listReferrers(foreign, subject, undefined, { limit: 9 }), { items: [], more: false });
    });

    storeTest(open, 'large annotations of referrers come whole, and end a page early', async (steps) => {
      const { store } = steps;
      const subject = newDigest();
      const lengths = new Map<Digest, number>();
      for (const length of [10, 70_000, 700_000, 700_000, 700_000, 700_000])
        lengths.set(await steps.push(app, { subject, annotations: { a: 'x'.repeat(length) } }), length);
      const found: Digest[] = [];
      let pages = 0;
      for (let more = true; more; pages += 1) {
        const after = found.at(-1);
        const page = await store.listReferrers(app, subject, undefined, { limit: 9, ...(after && { after }) });
        for (const { digest, annotations } of page.items) {
          assert.equal(annotations?.['a']?.length, lengths.get(digest));
          found.push(digest);
        }
        assert.ok(page.items.length > 0);
        more = page.more;
      }
      assert.deepEqual(found, [...lengths.keys()].sort());
      assert.ok(pages >= 2, `${pages} pages`);
    });
  });
}
