import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { requireRepositoryName, requireTag } from '@longshore/oci';
import {
  type FoundRepository,
  type KeyedPage,
  mostTagsCounted,
  type RepositorySummary,
  type SearchPlace,
  type TagChangeEntry,
  type TagSummary,
} from '../../registry/ports/browse-store.ts';
import type { Listed } from '../../registry/ports/content-store.ts';
import { newUser, pulledBy } from './access.ts';
import type { OpenStore } from './contract-steps.ts';
import { app, by, foreign, newDigest, storeTest, web } from './contract-steps.ts';

const everything = { kind: 'everything' } as const;
const nothing = { kind: 'nothing' } as const;
const nobody = { kind: 'held', holder: undefined, action: 16, open: ['public'] } as const;

/** Every entry of a list in pages of two, which must not differ from what one page shows. */
async function walk<T, K>(ask: (page: KeyedPage<K>) => Promise<Listed<T>>, keyOf: (item: T) => K): Promise<T[]> {
  const whole = await ask({ limit: 100, after: undefined });
  const items: T[] = [];
  let after: K | undefined;
  for (let more = true; more; ) {
    const page: Listed<T> = await ask({ limit: 2, after });
    items.push(...page.items);
    const last = page.items.at(-1);
    after = last === undefined ? undefined : keyOf(last);
    more = page.more;
  }
  assert.deepEqual(items, whole.items);
  assert.equal(whole.more, false);
  return items;
}

/** Lists for people. */
export function describeBrowsing(open: OpenStore): void {
  describe('browsing', () => {
    storeTest(open, 'repositories of a project, with those that are empty, by name, prefix and visibility', async (steps) => {
      const { store } = steps;
      for (const name of ['team/b', 'team/a/x', 'team', 'teams/a']) await steps.push(requireRepositoryName(name));
      await steps.begin(requireRepositoryName('team/empty'));
      const names = async (prefix?: string) => {
        const filter = { project: 'team', visibility: everything, ...(prefix !== undefined && { prefix }) };
        return (
          await walk<RepositorySummary, string>(
            (page) => store.browseRepositories(filter, page),
            ({ name }) => name,
          )
        ).map(({ name }) => name);
      };
      assert.deepEqual(await names(), ['team', 'team/a/x', 'team/b', 'team/empty']);
      assert.deepEqual(await names('team/a'), ['team/a/x']);
      assert.deepEqual(await names('teams'), []);
      for (const visibility of [nothing, nobody])
        assert.deepEqual(await store.browseRepositories({ project: 'team', visibility }, { limit: 9, after: undefined }), {
          items: [],
          more: false,
        });
      const { createdAt, pushedAt } = (await store.findRepositorySummary(requireRepositoryName('team/b'))) ?? {};
      assert.deepEqual([createdAt, pushedAt], [steps.at, steps.at]);
      assert.equal((await store.findRepositorySummary(requireRepositoryName('team/empty')))?.pushedAt, undefined);
      assert.equal(await store.findRepositorySummary(requireRepositoryName('team/none')), undefined);
    });

    storeTest(open, 'repositories of a page say how many tags they have, as far as these are counted', async (steps) => {
      const { store } = steps;
      const [few, many, empty, none] = ['team/few', 'team/many', 'team/empty', 'team/none'].map((name) => requireRepositoryName(name));
      assert.ok(few && many && empty && none);
      const first = steps.at;
      await steps.push(few, { tags: ['1.0', '1.1'] });
      for (const tens of [0, 1, 2]) await steps.push(many, { tags: Array.from({ length: 40 }, (_, n) => `t${40 * tens + n}`) });
      steps.at += 1000;
      await steps.push(few, { tags: ['1.1', '1.2'] });
      await steps.begin(empty);
      const summaries = await store.summarizeRepositories([many, none, few, empty]);
      assert.deepEqual(summaries, [
        { name: many, createdAt: first, pushedAt: first, tagCount: mostTagsCounted },
        { name: few, createdAt: first, pushedAt: first + 1000, tagCount: 3 },
        { name: empty, createdAt: first + 1000, pushedAt: undefined, tagCount: 0 },
      ]);
      assert.deepEqual(await store.summarizeRepositories([]), []);
      const { items } = await store.browseRepositories({ project: 'team', visibility: everything }, { limit: 9, after: undefined });
      const byName = <T extends { name: string }>(all: readonly T[]) => all.toSorted((left, right) => (left.name < right.name ? -1 : 1));
      assert.deepEqual(items, byName(summaries));
    });

    storeTest(open, 'a search finds words at their beginnings, each repository once, exact matches first', async (steps) => {
      const { store } = steps;
      for (const name of ['web/nginx', 'nginx', 'nginx/nginx-proxy', 'web/proxy_nginx2', 'web/fnginx', 'web/ng'])
        await steps.push(requireRepositoryName(name));
      const search = async (term: string) => {
        const filter = { term, visibility: everything };
        return (
          await walk<FoundRepository, SearchPlace>(
            (page) => store.searchRepositories(filter, page),
            ({ place }) => place,
          )
        ).map(({ name }) => name);
      };
      assert.deepEqual(await search('nginx'), ['nginx', 'web/nginx', 'nginx/nginx-proxy', 'web/proxy_nginx2']);
      assert.deepEqual(await search('ng'), ['web/ng', 'nginx', 'web/nginx', 'nginx/nginx-proxy', 'web/proxy_nginx2']);
      assert.deepEqual(await search('web/n'), ['web/ng', 'web/nginx']);
      assert.deepEqual(await search('n_'), []);
      assert.deepEqual(await search('%'), []);
      for (const visibility of [nothing, nobody])
        assert.deepEqual(await store.searchRepositories({ term: 'nginx', visibility }, { limit: 9, after: undefined }), {
          items: [],
          more: false,
        });
    });

    storeTest(open, 'a search finds the little that somebody may see behind much that matches', async (steps) => {
      const { store, at } = steps;
      const hidden = Array.from({ length: 40 }, (_, n) => `a${String(n).padStart(2, '0')}/nginx`);
      for (const name of [...hidden, 'team/nginx', 'team/web/nginx', 'z/nginx']) await steps.begin(requireRepositoryName(name));
      const eve = await newUser(steps, 'eve');
      for (const project of ['team', 'z']) await store.setProjectRole({ userId: eve.id, project, role: 'reader', by, at });
      const filter = { term: 'nginx', visibility: pulledBy(eve) };
      const found = await walk<FoundRepository, SearchPlace>(
        (page) => store.searchRepositories(filter, page),
        ({ place }) => place,
      );
      assert.deepEqual(
        found.map(({ name }) => name),
        ['z/nginx', 'team/nginx', 'team/web/nginx'],
      );
    });

    storeTest(open, 'tags by name and by their last change, with what they point at', async (steps) => {
      const { store } = steps;
      const first = await steps.push(app, { tags: ['1.0', 'latest'], artifactType: 'x/a' });
      steps.at += 1000;
      const second = await steps.push(app, { tags: ['1.1', 'latest'] });
      await steps.push(web, { tags: ['1.2'] });
      const byName = await walk<TagSummary, string>(
        (page) => store.browseTags({ repository: app }, page),
        ({ name }) => String(name),
      );
      assert.deepEqual(
        byName.map(({ name, digest, updatedAt }) => [name, digest, updatedAt]),
        [
          ['1.0', first, steps.at - 1000],
          ['1.1', second, steps.at],
          ['latest', second, steps.at],
        ],
      );
      const byUpdate = await walk<TagSummary, readonly [number, string]>(
        (page) => store.browseTagsByUpdate({ repository: app }, page),
        ({ updatedAt, name }) => [updatedAt, name] as const,
      );
      assert.deepEqual(
        byUpdate.map(({ name }) => name),
        ['latest', '1.1', '1.0'],
      );
      const prefixed = await store.browseTags({ repository: app, prefix: '1.' }, { limit: 9, after: undefined });
      assert.deepEqual(
        prefixed.items.map(({ name }) => name),
        ['1.0', '1.1'],
      );
      const found = await store.findTag(app, requireTag('1.0'));
      assert.deepEqual(found, byName[0]);
      assert.deepEqual([found?.artifactType, found?.updatedBy, found?.pulls, found?.lastPulledAt], ['x/a', by.actor, 0, undefined]);
      assert.equal(await store.findTag(web, requireTag('1.0')), undefined);
    });

    storeTest(open, 'manifests, the last pushed first, and by type', async (steps) => {
      const { store } = steps;
      const digests = [];
      for (let count = 0; count < 5; count += 1) {
        digests.push(await steps.push(app, { artifactType: count % 2 === 0 ? 'x/even' : 'x/odd' }));
        steps.at += count % 2;
      }
      await steps.push(foreign, { artifactType: 'x/even' });
      const keyOf = ({ pushedAt, id }: { pushedAt: number; id: number }) => [pushedAt, id] as const;
      const all = await walk((page) => store.browseManifests({ repository: app }, page), keyOf);
      assert.deepEqual(
        all.map(({ digest }) => digest),
        digests.toReversed(),
      );
      const odd = await walk((page) => store.browseManifests({ repository: app, artifactType: 'x/odd' }, page), keyOf);
      assert.deepEqual(
        odd.map(({ digest }) => digest),
        [digests[3], digests[1]],
      );
      const mediaType = 'application/vnd.oci.image.manifest.v1+json';
      assert.equal((await walk((page) => store.browseManifests({ repository: app, mediaType }, page), keyOf)).length, 5);
      assert.deepEqual(await walk((page) => store.browseManifests({ repository: app, mediaType: 'x' }, page), keyOf), []);
    });

    storeTest(open, 'one manifest with its tags, references and referrers', async (steps) => {
      const { store } = steps;
      const blob = await steps.blob(app);
      const child = await steps.push(app, { blobs: [blob] });
      const digest = await steps.push(app, { children: [child], blobs: [blob], tags: ['b', 'a'] });
      const referrer = await steps.push(app, { subject: digest, artifactType: 'x/signature' });
      await steps.push(web, { subject: digest });
      const found = await store.findManifestDetail(app, digest);
      assert.deepEqual(found?.tags, ['a', 'b']);
      assert.deepEqual(
        new Set(found?.references.map((reference) => `${reference.kind} ${reference.digest}`)),
        new Set([`blob ${blob}`, `manifest ${child}`]),
      );
      assert.deepEqual(found?.referrers, [{ digest: referrer, artifactType: 'x/signature' }]);
      assert.equal((await store.findManifestDetail(app, referrer))?.subject, digest);
      assert.equal(await store.findManifestDetail(app, newDigest()), undefined);
      assert.equal(await store.findManifestDetail(foreign, digest), undefined);
    });

    storeTest(open, 'the history of a tag, the last change first, also of one that is gone', async (steps) => {
      const { store } = steps;
      const tag = requireTag('v1');
      const first = await steps.push(app, { tags: ['v1'] });
      const second = await steps.push(app, { tags: ['v1', 'v2'] });
      await store.deleteTag({ repository: app, tag, by, at: steps.at });
      const entries = await walk<TagChangeEntry, number>(
        (page) => store.browseTagHistory({ repository: app, tag }, page),
        ({ id }) => id,
      );
      assert.deepEqual(
        entries.map(({ from, to, actor }) => [from, to, actor]),
        [
          [second, undefined, by.actor],
          [first, second, by.actor],
          [undefined, first, by.actor],
        ],
      );
    });
  });
}
