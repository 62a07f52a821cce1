import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { digestHex, requireRepositoryName } from '@longshore/oci';
import type { KeyedPage, SearchPlace } from '../../registry/ports/browse-store.ts';
import type { Listed } from '../../registry/ports/content-store.ts';
import { annotationPositions, mostIndexedBytes } from '../../registry/ports/search-store.ts';
import { newUser, pulledBy } from './access.ts';
import { app, by, foreign, type OpenStore, type StoreSteps, storeTest, web } from './contract-steps.ts';

const everything = { kind: 'everything' } as const;
const nobody = { kind: 'held', holder: undefined, action: 16, open: ['public'] } as const;

type Ask<T> = (page: KeyedPage<SearchPlace>) => Promise<Listed<T>>;

/** All matches, page by page, which must be what one page shows. */
async function walk<T extends { readonly place: SearchPlace }>(ask: Ask<T>): Promise<T[]> {
  const whole = await ask({ limit: 200, after: undefined });
  assert.equal(whole.more, false);
  const items: T[] = [];
  for (let more = true; more; ) {
    const page: Listed<T> = await ask({ limit: 2, after: items.at(-1)?.place });
    items.push(...page.items);
    more = page.more;
  }
  assert.deepEqual(items, whole.items);
  return items;
}

/** Gives the only manifest that is not looked into yet these words. */
async function indexLast({ store }: StoreSteps, words: readonly string[], from = 0): Promise<void> {
  const [listed, ...others] = await store.listUnindexedManifests({ after: 0, limit: 9 });
  assert.ok(listed !== undefined && others.length === 0);
  const { manifestId } = listed;
  await store.indexManifests({ manifests: [{ manifestId, words: words.map((word, index) => ({ word, position: from + index })) }] });
}

/** Search in what repositories hold. */
export function describeContentSearch(open: OpenStore): void {
  describe('search in content', () => {
    storeTest(open, 'tags by how they begin, exact ones first, of what is visible', async (steps) => {
      const { store, at } = steps;
      const first = await steps.push(app, { tags: ['1.0', '1.0.1', 'V1'] });
      await steps.push(web, { tags: ['1.0', '11'] });
      await steps.push(foreign, { tags: ['1.0-alpine'] });
      const tags = async (term: string, visibility: Parameters<typeof store.searchTags>[0]['visibility'] = everything) =>
        (await walk((page) => store.searchTags({ term, visibility }, page))).map(({ repository, tag }) => `${repository}:${tag}`);
      assert.deepEqual(await tags('1.0'), ['team/app:1.0', 'team/web:1.0', 'other/app:1.0-alpine', 'team/app:1.0.1']);
      assert.deepEqual(await tags('v'), []);
      assert.deepEqual(await tags('1_0'), []);
      assert.deepEqual(await tags('1', nobody), []);
      const eve = await newUser(steps, 'eve');
      await store.setProjectRole({ userId: eve.id, project: 'other', role: 'reader', by, at });
      assert.deepEqual(await tags('1', pulledBy(eve)), ['other/app:1.0-alpine']);
      const [found] = (await store.searchTags({ term: 'V1', visibility: everything }, { limit: 1, after: undefined })).items;
      assert.equal(found?.digest, first);
    });

    storeTest(open, 'the few tags that somebody may see behind many', async (steps) => {
      const { store, at } = steps;
      for (let number = 0; number < 30; number += 1) await steps.push(requireRepositoryName(`hidden/r${number}`), { tags: ['1.0', '1.1'] });
      for (const name of ['team/a', 'team/b']) await steps.push(requireRepositoryName(name), { tags: ['1.0', '1.2'] });
      const eve = await newUser(steps, 'eve');
      await store.setProjectRole({ userId: eve.id, project: 'team', role: 'reader', by, at });
      const found = await walk((page) => store.searchTags({ term: '1', visibility: pulledBy(eve) }, page));
      assert.deepEqual(
        found.map(({ repository, tag }) => `${repository}:${tag}`),
        ['team/a:1.0', 'team/b:1.0', 'team/a:1.2', 'team/b:1.2'],
      );
    });

    storeTest(open, 'digests by how they begin, in every repository that has them', async (steps) => {
      const { store, at } = steps;
      const bytes = Buffer.from('{}');
      const digest = await steps.push(app, { bytes, tags: ['1'] });
      await steps.push(web, { bytes, digest });
      await steps.push(foreign, { bytes, digest });
      await steps.push(app);
      const digests = async (hex: string, visibility: Parameters<typeof store.searchDigests>[0]['visibility'] = everything) =>
        (await walk((page) => store.searchDigests({ hex, visibility }, page))).map(
          (each) => `${each.repository} ${each.digest === digest}`,
        );
      const everywhere = ['team/app true', 'team/web true', 'other/app true'];
      const hex = digestHex(digest);
      for (const length of [12, 13, 63, 64]) assert.deepEqual(await digests(hex.slice(0, length)), everywhere, String(length));
      assert.deepEqual(await digests(hex, nobody), []);
      const eve = await newUser(steps, 'eve');
      await store.setProjectRole({ userId: eve.id, project: 'other', role: 'reader', by, at });
      assert.deepEqual(await digests(hex.slice(0, 12), pulledBy(eve)), ['other/app true']);
    });

    storeTest(
      open,
      'the few repositories with a digest that somebody may see behind many, page by page, and no place of the others',
      async (steps) => {
        const { store, at } = steps;
        const bytes = Buffer.from('{}');
        const digest = await steps.push(app, { bytes });
        for (let number = 0; number < 60; number += 1) await steps.push(requireRepositoryName(`hidden/r${number}`), { bytes, digest });
        await steps.push(web, { bytes, digest });
        const eve = await newUser(steps, 'eve');
        await store.setProjectRole({ userId: eve.id, project: 'team', role: 'reader', by, at });
        const pages = { hex: digestHex(digest).slice(0, 7), visibility: pulledBy(eve) };
        const found = await walk((page) => store.searchDigests(pages, page));
        assert.deepEqual(
          found.map(({ repository }) => repository),
          ['team/app', 'team/web'],
        );
        const [first] = found;
        assert.deepEqual(await store.searchDigests(pages, { limit: 1, after: undefined }), { items: [first], more: true });
      },
    );

    storeTest(open, 'images by the words of their labels and annotations, each once', async (steps) => {
      const { store, at } = steps;
      const one = await steps.push(app);
      await indexLast(steps, ['vendor=acme corp', 'acme corp', 'acme', '镜像']);
      const other = await steps.push(foreign);
      await indexLast(steps, ['acme'], annotationPositions);
      const labels = async (term: string, visibility: Parameters<typeof store.searchLabels>[0]['visibility'] = everything) =>
        (await walk((page) => store.searchLabels({ term, visibility }, page))).map(({ digest, source, matched }) => [
          digest,
          source,
          matched,
        ]);
      assert.deepEqual(await labels('acme'), [
        [one, 'label', 'acme'],
        [other, 'annotation', 'acme'],
      ]);
      assert.deepEqual(await labels('vendor=acme '), [[one, 'label', 'vendor=acme corp']]);
      assert.deepEqual(await labels('acme c'), [[one, 'label', 'acme corp']]);
      assert.deepEqual(await labels('镜'), [[one, 'label', '镜像']]);
      for (const sign of ['%', '_cme', 'acm_']) assert.deepEqual(await labels(sign), []);
      assert.deepEqual(await labels('acme', nobody), []);
      const eve = await newUser(steps, 'eve');
      await store.setProjectRole({ userId: eve.id, project: 'other', role: 'reader', by, at });
      assert.deepEqual(await labels('a', pulledBy(eve)), [[other, 'annotation', 'acme']]);
    });

    storeTest(open, 'the few labels that somebody may see behind many', async (steps) => {
      const { store, at } = steps;
      for (let number = 0; number < 30; number += 1) {
        await steps.push(requireRepositoryName(`hidden/r${number}`));
        await indexLast(steps, ['acme', 'acme corp']);
      }
      const seen = await steps.push(web);
      await indexLast(steps, ['acme zz', 'acme b c']);
      const eve = await newUser(steps, 'eve');
      await store.setProjectRole({ userId: eve.id, project: 'team', role: 'reader', by, at });
      const found = await walk((page) => store.searchLabels({ term: 'acme', visibility: pulledBy(eve) }, page));
      assert.deepEqual(
        found.map(({ digest, matched }) => [digest, matched]),
        [[seen, 'acme b c']],
      );
    });

    storeTest(open, 'what nothing is known of is put on the list piece by piece', async (steps) => {
      const { store } = steps;
      for (const name of ['team/a', 'team/b', 'team/c']) await steps.push(requireRepositoryName(name));
      const [first, second, third] = await store.listUnindexedManifests({ after: 0, limit: 9 });
      assert.ok(first && second && third);
      const known = (manifestId: number) => ({ manifestId, words: [{ word: 'acme', position: 0 }] });
      await store.indexManifests({
        manifests: [known(first.manifestId), { manifestId: second.manifestId, words: [] }, known(third.manifestId)],
      });
      assert.deepEqual(await store.listUnindexedManifests({ after: 0, limit: 9 }), []);
      assert.deepEqual(await store.queueManifests({ after: 0, limit: 2 }), { last: second.manifestId, looked: 2 });
      assert.deepEqual(await store.queueManifests({ after: second.manifestId, limit: 2 }), { last: third.manifestId, looked: 1 });
      assert.deepEqual(await store.queueManifests({ after: third.manifestId, limit: 2 }), { last: third.manifestId, looked: 0 });
      const listed = await store.listUnindexedManifests({ after: 0, limit: 9 });
      assert.deepEqual(
        listed.map(({ manifestId }) => manifestId),
        [second.manifestId],
      );
    });

    storeTest(open, 'what is pushed waits to be looked into once, and not when it is gone', async (steps) => {
      const { store, at } = steps;
      const digest = await steps.push(app, { tags: ['1'] });
      const [listed] = await store.listUnindexedManifests({ after: 0, limit: 9 });
      assert.equal(listed?.repository, app);
      const { manifestId } = listed;
      await store.indexManifests({ manifests: [{ manifestId, words: [{ word: 'old', position: 0 }] }] });
      await store.indexManifests({ manifests: [{ manifestId, words: [{ word: 'new', position: 0 }] }] });
      const found = async (term: string) =>
        (await store.searchLabels({ term, visibility: everything }, { limit: 9, after: undefined })).items.length;
      assert.deepEqual([await found('old'), await found('new')], [0, 1]);
      await steps.push(app, { digest, tags: ['2'] });
      assert.deepEqual(await store.listUnindexedManifests({ after: 0, limit: 9 }), [], 'pushed again, it is what it was');
      assert.equal(await store.deleteManifest({ repository: app, digest, by, at }), 'deleted');
      assert.equal(await found('new'), 0);
      await steps.push(app, { digest, tags: ['1'], bytes: Buffer.alloc(mostIndexedBytes + 1, ' ') });
      const [large] = await store.listUnindexedManifests({ after: 0, limit: 9 });
      assert.deepEqual([large?.repository, large?.bytes], [app, undefined]);
      assert.equal(await store.deleteManifest({ repository: app, digest, by, at }), 'deleted');
      await store.indexManifests({ manifests: [{ manifestId: large?.manifestId ?? 0, words: [{ word: 'new', position: 0 }] }] });
      assert.deepEqual([await store.listUnindexedManifests({ after: 0, limit: 9 }), await found('new')], [[], 0]);
    });
  });
}
