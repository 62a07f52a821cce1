import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { nextLink } from '@longshore/oci';
import { expectAnswer, jsonOf } from './expected-answer.ts';
import { startRegistry } from './registry-fixture.ts';
import { imageOf, pushBlob, pushImage, putManifest } from './sample-content.ts';

const registry = await startRegistry();
after(() => registry.stop());
const { client } = registry;
const repository = 'lists/app';
const place = { client, repository };
await pushBlob(place, '{}');
const tags = ['10', '9', 'A', 'Z', '_x', 'a', 'a-b', 'a.b', 'a1', 'latest', 'v1.0.0'];
for (const tag of tags.toReversed()) expectAnswer(await putManifest(place, tag, imageOf([])), { status: 201 });
const path = `/v2/${repository}/tags/list`;

/** Every page from here on by following Link, as lists of entries. */
async function pagesFrom(first: string, field: string, authorization?: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let next: string | undefined = first; next !== undefined && pages.length < 50; ) {
    const answer = expectAnswer(await client.send('GET', next, { authorization }), {
      status: 200,
      headers: { 'content-type': 'application/json' },
    });
    pages.push(jsonOf<Record<string, string[]>>(answer)[field] ?? []);
    next = nextLink(answer.headers.link?.toString());
  }
  return pages;
}

test('tags are sorted by bytes, all of them without n (end-8a)', async () => {
  expectAnswer(await client.send('GET', path), { status: 200, json: { name: repository, tags }, headers: { link: undefined } });
  const length = String(Buffer.byteLength(JSON.stringify({ name: repository, tags })));
  expectAnswer(await client.send('HEAD', path), { status: 200, headers: { 'content-length': length }, body: '' });
});

const queries: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ['?n=3', ['10', '9', 'A'], `<${path}?n=3&last=A>; rel="next"`],
  ['?n=3&last=A', ['Z', '_x', 'a'], `<${path}?n=3&last=a>; rel="next"`],
  ['?n=11', tags, undefined],
  ['?last=a', ['a-b', 'a.b', 'a1', 'latest', 'v1.0.0'], undefined],
  ['?last=a0', ['a1', 'latest', 'v1.0.0'], undefined],
  ['?last=zzz', [], undefined],
  ['?n=0', [], undefined],
  ['?n=0&last=a', [], undefined],
  ['?n=999999999999999', tags, undefined],
];
for (const [query, expected, link] of queries) {
  test(`tags/list${query}`, async () => {
    expectAnswer(await client.send('GET', `${path}${query}`), {
      status: 200,
      json: { name: repository, tags: expected },
      headers: { link },
    });
  });
}

for (const n of ['-1', 'x', '1.5', '1e3', '0x10', '1'.repeat(16), '']) {
  test(`n=${n} is refused`, async () => {
    for (const list of [path, '/v2/_catalog']) {
      expectAnswer(await client.send('GET', `${list}?n=${n}`), { status: 400, code: 'PAGINATION_NUMBER_INVALID' }, list);
    }
  });
}

test('following Link from page to page gives every tag once', async () => {
  for (const n of [1, 2, 5, 10]) {
    const pages = await pagesFrom(`${path}?n=${n}`, 'tags');
    assert.deepEqual(pages.flat(), tags);
    assert.ok(pages.every((page) => page.length > 0 && page.length <= n));
  }
});

test('U+0000 in a query, which not every database takes as text, is refused', async () => {
  for (const list of [path, `/v2/${repository}/referrers/sha256:${'a'.repeat(64)}`, '/v2/_catalog']) {
    const query = list === path ? 'last=%00' : 'artifactType=a%00b';
    expectAnswer(await client.send('GET', `${list}?${query}`), { status: 400, code: 'UNSUPPORTED' });
  }
});

test('a repository that is not there has no tags to list', async () => {
  expectAnswer(await client.send('GET', '/v2/lists/nothing/tags/list'), { status: 404, code: 'NAME_UNKNOWN' });
  expectAnswer(await client.send('GET', '/v2/lists/nothing/tags/list?n=0'), { status: 404, code: 'NAME_UNKNOWN' });
});

test('the catalog lists repositories that hold a manifest, in pages', async () => {
  await pushBlob({ client, repository: 'lists/only-a-blob' }, '{}');
  for (const name of ['lists/b', 'lists/a', 'lists/a-b', 'lists/a/b']) await pushImage({ client, repository: name }, 'latest');
  const all = ['lists/a', 'lists/a-b', 'lists/a/b', 'lists/app', 'lists/b'];
  expectAnswer(await client.send('GET', '/v2/_catalog'), { status: 200, json: { repositories: all }, headers: { link: undefined } });
  for (const n of [1, 2, 4]) assert.deepEqual((await pagesFrom(`/v2/_catalog?n=${n}`, 'repositories')).flat(), all);
  expectAnswer(await client.send('GET', '/v2/_catalog?last=lists/a/b'), { status: 200, json: { repositories: ['lists/app', 'lists/b'] } });
  expectAnswer(await client.send('GET', '/v2/_catalog?n=0'), { status: 200, json: { repositories: [] }, headers: { link: undefined } });
});

test('the catalog shows each user what they may read', async () => {
  await using own = await startRegistry({ flags: [] });
  const alice = await own.addUser('alice', { alice: 'maintainer', shared: 'maintainer' });
  const bob = await own.addUser('bob', { bob: 'maintainer', shared: 'reader' });
  const pushes = [
    ['alice/one', alice],
    ['shared/two', alice],
    ['bob/three', bob],
  ] as const;
  for (const [name, { basic }] of pushes) await pushImage({ client: own.client, repository: name, authorization: basic }, 'latest');
  const seen = async ({ basic }: typeof alice) => jsonOf(await own.client.send('GET', '/v2/_catalog', { authorization: basic }));
  assert.deepEqual(await seen(alice), { repositories: ['alice/one', 'shared/two'] });
  assert.deepEqual(await seen(bob), { repositories: ['bob/three', 'shared/two'] });
  assert.deepEqual(await seen(await own.addUser('carol')), { repositories: [] });
  expectAnswer(await own.client.send('GET', '/v2/_catalog'), { status: 401, code: 'UNAUTHORIZED' });
});
