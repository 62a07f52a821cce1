import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ApiProblem, createApiClient, eachItem } from '../../packages/api-client/src/index.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { digestOf, pushImage } from '../protocol/sample-content.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const alice = await registry.addUser('alice', { team: 'maintainer' });
const bob = await registry.addUser('bob', { other: 'reader' });
const as = ({ user, password }: typeof alice) => createApiClient({ baseUrl: registry.url, credential: { name: user.name, password } });
const pusher = { client: registry.client, authorization: alice.basic };
const api = as(alice);

const digests: string[] = [];
for (const tag of ['1.0', '1.1', 'latest'])
  digests.push((await pushImage({ ...pusher, repository: 'team/nginx/proxy' }, tag, { annotations: { tag } })).digest);

const path = { repository: 'team/nginx/proxy' };

test('a search finds the repository for who may see it, and nobody else', async () => {
  const names = async (client: typeof api) => {
    const { data } = await client.GET('/api/v1/repositories', { params: { query: { q: 'PROX' } } });
    return data?.items.map(({ name }) => name);
  };
  assert.deepEqual(await names(api), ['team/nginx/proxy']);
  assert.deepEqual(await names(as(bob)), []);
  assert.deepEqual(await names(createApiClient({ baseUrl: registry.url })), []);
});

test('without a term the search lists every repository that one may see, by name', async () => {
  const names: string[] = [];
  for await (const { name } of eachItem((at) => api.GET('/api/v1/repositories', { params: { query: { limit: 1, ...at } } })))
    names.push(name);
  assert.deepEqual(names, ['team/nginx/proxy']);
  assert.deepEqual((await as(bob).GET('/api/v1/repositories')).data?.items, []);
});

test('a manifest is shown as it was pushed, to whoever may pull it', async () => {
  const digest = digests[0] ?? '';
  const ask = (client: typeof api) =>
    client.GET('/api/v1/repositories/{repository}/manifests/{digest}/content', { params: { path: { ...path, digest } } });
  const { data } = await ask(api);
  assert.equal(digestOf(data?.text ?? ''), digest);
  await assert.rejects(ask(as(bob)), { name: 'ApiProblem', status: 404 });
});

test('what a deletion of the repository would take along is told to whoever may delete it', async () => {
  const ask = (client: typeof api) => client.GET('/api/v1/repositories/{repository}/losses', { params: { path } });
  const { data } = await ask(api);
  assert.deepEqual([data?.repositories, data?.tags], [1, 3]);
  assert.ok((data?.sizeBytes ?? 0) > 0);
  await assert.rejects(ask(as(bob)), { name: 'ApiProblem', status: 404 });
});

test('tags page by page, with cursors that are good for their own list only', async () => {
  const ask = (query: { sort?: 'name' | '-updatedAt'; prefix?: string; cursor?: string }) =>
    api.GET('/api/v1/repositories/{repository}/tags', { params: { path, query: { limit: 1, ...query } } });
  const names: string[] = [];
  for await (const { name } of eachItem((at) => ask(at))) names.push(name);
  assert.deepEqual(names, ['1.0', '1.1', 'latest']);
  const { data, response } = await ask({ sort: '-updatedAt' });
  assert.deepEqual([data?.items[0]?.name, data?.items[0]?.digest], ['latest', digests[2]]);
  const cursor = data?.next ?? '';
  assert.match(response.headers.get('link') ?? '', new RegExp(`^</api/v1/.*cursor=${cursor}.*>; rel="next"$`));
  assert.equal((await ask({ sort: '-updatedAt', cursor })).data?.items[0]?.name, '1.1');
  for (const query of [
    { cursor },
    { cursor: 'x' },
    { cursor: '' },
    { cursor: 'WzEsMl0' },
    { sort: '-updatedAt' as const, cursor: `${cursor}x` },
  ])
    await assert.rejects(ask(query), { name: 'ApiProblem', status: 400, code: 'invalid-cursor' });
});

test('GHSA-rh89-vvrg-fg64: an order that is not offered is refused', async () => {
  const query = { sort: 'name; drop table tags' as 'name' };
  const refused = api.GET('/api/v1/repositories/{repository}/tags', { params: { path, query } });
  await assert.rejects(refused, (error) => error instanceof ApiProblem && error.faults[0]?.pointer === '/query/sort');
});

test('CVE-2026-110697: signs of LIKE match nothing but themselves, in searches and prefixes', async () => {
  const found = async (q: string) => (await api.GET('/api/v1/repositories', { params: { query: { q } } })).data?.items.length;
  for (const sign of ['%', '_', 'prox_', 'pro%', 'n*', 'team/ngin_']) {
    // Some of them no name can have: they are refused.
    const refused = (error: unknown) => (error instanceof ApiProblem && error.status === 400 ? 0 : Promise.reject(error));
    assert.equal(await found(sign).catch(refused), 0, sign);
  }
  const tags = async (prefix: string) =>
    (await api.GET('/api/v1/repositories/{repository}/tags', { params: { path, query: { prefix } } })).data?.items.length;
  assert.deepEqual([await tags('_'), await tags('1_'), await tags('1.')], [0, 0, 2]);
});

test('a manifest, its tag, the history of the tag, and their end', async () => {
  const [first = ''] = digests;
  const { data } = await api.GET('/api/v1/repositories/{repository}/manifests/{digest}', { params: { path: { ...path, digest: first } } });
  assert.deepEqual([data?.tags, data?.references.length], [['1.0'], 2]);
  const ofTag = { params: { path: { ...path, tag: '1.0' } } };
  assert.equal((await api.GET('/api/v1/repositories/{repository}/tags/{tag}', ofTag)).data?.digest, first);
  await assert.rejects(as(bob).DELETE('/api/v1/repositories/{repository}/tags/{tag}', ofTag), { status: 404 });
  assert.equal((await api.DELETE('/api/v1/repositories/{repository}/tags/{tag}', ofTag)).response.status, 204);
  await assert.rejects(api.GET('/api/v1/repositories/{repository}/tags/{tag}', ofTag), { status: 404, code: 'not-found' });
  const { data: history } = await api.GET('/api/v1/repositories/{repository}/tags/{tag}/history', ofTag);
  assert.deepEqual(
    history?.items.map(({ from, to }) => [from, to]),
    [
      [first, undefined],
      [undefined, first],
    ],
  );
});

test('what is not there and what is not yours look the same', async () => {
  const ask = (client: typeof api, repository: string) =>
    client.GET('/api/v1/repositories/{repository}/tags', { params: { path: { repository } } }).catch((error: ApiProblem) => error);
  const [hidden, absent] = [await ask(as(bob), 'team/nginx/proxy'), await ask(as(bob), 'nobody/nothing')];
  assert.ok(hidden instanceof ApiProblem && absent instanceof ApiProblem);
  assert.deepEqual([hidden.status, hidden.code, hidden.message], [absent.status, absent.code, absent.message]);
  assert.equal(hidden.status, 404);
});
