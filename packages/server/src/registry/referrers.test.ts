import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireDigest, requireRepositoryName } from '@longshore/oci';
import type { ContentStore, Referrer } from './ports/content-store.ts';
import { listReferrers } from './referrers.ts';

const repository = requireRepositoryName('referrers/app');
const digestAt = (index: number) => requireDigest(`sha256:${index.toString(16).padStart(64, '0')}`);

/** A store of `count` referrers with annotations of that many characters, and the largest page it was asked for. */
function storeOf(count: number, characters: number) {
  const all = Array.from({ length: count }, (_, index): Referrer => {
    const annotations = characters === 0 ? undefined : { a: 'x'.repeat(characters - 1) };
    return { digest: digestAt(index), mediaType: 'a/b', sizeBytes: 1, artifactType: undefined, annotations };
  });
  const asked: number[] = [];
  const content: Pick<ContentStore, 'listReferrers'> = {
    listReferrers: async (_repository, _subject, _type, { limit, after }) => {
      asked.push(limit);
      const rest = all.filter(({ digest }) => after === undefined || digest > after);
      return { items: rest.slice(0, limit), more: rest.length > limit };
    },
  };
  const list = (limit: number, after?: string) =>
    listReferrers(content, { repository, subject: digestAt(0), artifactType: undefined, page: { limit, after } });
  return { all, asked, list };
}

for (const [count, limit] of [
  [0, 10],
  [1, 1],
  [10, 1000],
  [16, 16],
  [17, 16],
  [100, 33],
  [100, 1000],
] as const) {
  test(`${count} referrers in pages of ${limit}`, async () => {
    const { all, list } = storeOf(count, 0);
    const found: Referrer[] = [];
    for (let more = true; more; ) {
      const page = await list(limit, found.at(-1)?.digest);
      assert.ok(page.items.length <= limit && (page.items.length === limit || !page.more));
      found.push(...page.items);
      more = page.more;
    }
    assert.deepEqual(found, all);
  });
}

test('large annotations end a page early, few are read at once, and none is left out', async () => {
  const { all, asked, list } = storeOf(40, 1_000_000);
  const found: Referrer[] = [];
  for (let more = true; more; ) {
    const page = await list(1000, found.at(-1)?.digest);
    assert.equal(page.items.length, 4);
    found.push(...page.items);
    more = page.more;
  }
  assert.deepEqual(found, all);
  assert.ok(Math.max(...asked) <= 16);
});

test('a single referrer is given, however large', async () => {
  const { all, list } = storeOf(2, 5_000_000);
  assert.deepEqual(await list(1000), { items: [all[0]], more: true });
  assert.deepEqual(await list(1000, all[0]?.digest), { items: [all[1]], more: false });
});
