import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Tag } from '@longshore/oci';
import { requireTag } from '@longshore/oci';
import type { OpenStore } from './contract-steps.ts';
import { app, by, byActor, storeTest, web } from './contract-steps.ts';

const v1 = requireTag('v1');

/** Tags: created, moved, deleted, with history and events; listed by byte value. */
export function describeTags(open: OpenStore): void {
  describe('tags', () => {
    storeTest(open, 'creating, moving and deleting a tag leaves its history and an event each', async (steps) => {
      const { store, at } = steps;
      const first = await steps.push(app, { tags: ['v1'] });
      steps.at = at + 1;
      const second = await steps.push(app, { tags: ['v1'] });
      steps.at = at + 2;
      assert.equal(await store.deleteTag({ repository: app, tag: v1, by: byActor('user:1:bob'), at: steps.at }), 'deleted');
      assert.equal(await store.deleteTag({ repository: app, tag: v1, by, at }), 'absent');
      assert.equal(await store.deleteTag({ repository: web, tag: v1, by, at }), 'absent');
      const history = [
        { tag: v1, from: second, to: undefined, actor: 'user:1:bob', at: at + 2 },
        { tag: v1, from: first, to: second, actor: by.actor, at: at + 1 },
        { tag: v1, from: undefined, to: first, actor: by.actor, at },
      ];
      assert.deepEqual(await store.listTagHistory(app, v1, 10), history);
      assert.deepEqual(await store.listTagHistory(app, v1, 1), history.slice(0, 1));
      assert.deepEqual(await store.listTagHistory(web, v1, 1), []);
      const [begun, ...events] = await steps.events();
      assert.equal(begun?.type, 'project.created');
      assert.deepEqual(
        events.map(({ type, digest, tag, repository, at: when, data }) => ({
          type,
          digest,
          tag,
          repository,
          at: when,
          from: data['from'],
        })),
        [
          { type: 'manifest.pushed', digest: first, tag: undefined, repository: app, at, from: undefined },
          { type: 'tag.created', digest: first, tag: v1, repository: app, at, from: undefined },
          { type: 'manifest.pushed', digest: second, tag: undefined, repository: app, at: at + 1, from: undefined },
          { type: 'tag.moved', digest: second, tag: v1, repository: app, at: at + 1, from: first },
          { type: 'tag.deleted', digest: second, tag: v1, repository: app, at: at + 2, from: undefined },
        ],
      );
    });

    storeTest(open, 'who may not move tags may create them, and a refused move stores nothing', async (steps) => {
      const { store } = steps;
      const first = await steps.push(app, { tags: ['v1'], mayMoveTags: false });
      const refused = steps.manifest(app, { tags: ['a', 'v1'], mayMoveTags: false });
      assert.deepEqual(await store.commitManifest(refused), { outcome: 'tag-exists', tag: v1 });
      assert.equal(await store.findManifest(app, { digest: refused.digest }), undefined);
      assert.deepEqual((await store.listTags(app, { limit: 9 }))?.items, ['v1']);
      assert.equal((await store.findManifestInfo(app, { tag: v1 }))?.digest, first);
    });

    storeTest(open, 'of pushes of one tag at once, one creates it', async (steps) => {
      const { store } = steps;
      await steps.begin(app);
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => steps.tryPush(app, { tags: ['v1'], mayMoveTags: false })));
      assert.equal(outcomes.filter(({ outcome }) => outcome === 'stored').length, 1);
      assert.equal((await store.listTagHistory(app, v1, 10)).length, 1);
      await Promise.all(Array.from({ length: 8 }, () => steps.push(app, { tags: ['v1'] })));
      const history = await store.listTagHistory(app, v1, 20);
      assert.equal(history.length, 9);
      for (const [index, change] of history.slice(0, -1).entries())
        assert.equal(change.from, history[index + 1]?.to, 'the history is a chain');
      assert.equal((await store.findManifestInfo(app, { tag: v1 }))?.digest, history[0]?.to);
    });

    storeTest(open, 'tags are listed by byte value, in pages', async (steps) => {
      const { store } = steps;
      const names = ['B', 'Z.9', '_', 'a', 'a-b', 'a.b', 'a1', 'b'];
      await steps.push(app, { tags: [...names].reverse() });
      const listed: Tag[] = [];
      let after: string | undefined;
      for (let more = true; more; after = listed.at(-1)) {
        const page = await store.listTags(app, { limit: 3, after });
        assert.equal(page?.items.length, Math.min(3, names.length - listed.length));
        listed.push(...(page?.items ?? []));
        more = page?.more ?? false;
      }
      const byValue = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));
      assert.deepEqual(listed, [...names].sort(byValue));
      assert.deepEqual(await store.listTags(app, { limit: 8 }), { items: listed, more: false });
      assert.deepEqual(await store.listTags(app, { limit: 3, after: 'a0' }), { items: ['a1', 'b'], more: false });
      assert.deepEqual(await store.listTags(app, { limit: 3, after: 'b' }), { items: [], more: false });
    });

    storeTest(open, 'a repository without manifest that never had a tag has no list of tags', async (steps) => {
      const { store, at } = steps;
      assert.equal(await store.listTags(app, { limit: 9 }), undefined);
      await steps.blob(app);
      assert.equal(await store.listTags(app, { limit: 9 }), undefined);
      const untagged = await steps.push(app);
      assert.deepEqual(await store.listTags(app, { limit: 9 }), { items: [], more: false });
      await store.deleteManifest({ repository: app, digest: untagged, by, at });
      assert.equal(await store.listTags(app, { limit: 9 }), undefined);
      const tagged = await steps.push(app, { tags: ['v1'] });
      await store.deleteManifest({ repository: app, digest: tagged, by, at });
      assert.deepEqual(await store.listTags(app, { limit: 9 }), { items: [], more: false });
    });
  });
}
