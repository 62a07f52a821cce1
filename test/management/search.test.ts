import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { mediaTypes } from '@longshore/oci';
import { createApiClient } from '../../packages/api-client/src/index.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { descriptorOf, pushBlob, pushImage } from '../protocol/sample-content.ts';
import { until } from '../security/until.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
await registry.startWork();
const alice = await registry.addUser('alice', { team: 'maintainer' });
const bob = await registry.addUser('bob', { other: 'reader' });
const as = ({ user, password }: typeof alice) => createApiClient({ baseUrl: registry.url, credential: { name: user.name, password } });
const pusher = { client: registry.client, authorization: alice.basic };
const api = as(alice);
const labels = { 'org.example.vendor': 'Acme Corp', maintainer: 'somebody@example.org' };
const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Labels: labels }, rootfs: { type: 'layers', diff_ids: [] } });
await pushBlob({ ...pusher, repository: 'team/nginx' }, config);
const first = await pushImage({ ...pusher, repository: 'team/nginx' }, '1.27', {
  config: descriptorOf(config, mediaTypes.ociConfig),
  annotations: { 'org.example.title': 'Webserver' },
});
await pushImage({ ...pusher, repository: 'team/proxy' }, '1.27-alpine', {});

type Kind = 'repository' | 'tag' | 'digest' | 'label';

async function search(query: string, kind?: Kind, client = api) {
  const { data } = await client.GET('/api/v1/search', { params: { query: { query, ...(kind && { kind }) } } });
  return data ?? assert.fail();
}

test('one search finds repositories, tags, digests, labels and annotations, for who may see them', async () => {
  // Looked into behind the push, every two seconds.
  await until(async () => (await search('acme', 'label')).items.length > 0);
  const short = async (query: string, client = api) =>
    (await search(query, undefined, client)).items.map(({ kind, repository, tag }) => `${kind} ${repository} ${tag ?? ''}`.trim());
  assert.deepEqual(await short('nginx'), ['repository team/nginx']);
  assert.deepEqual(await short('1.27'), ['tag team/nginx 1.27', 'tag team/proxy 1.27-alpine']);
  assert.deepEqual(await short('Corp'), ['label team/nginx']);
  assert.deepEqual(await short('org.example.vendor=acme'), ['label team/nginx']);
  assert.deepEqual(await short('webserver'), ['label team/nginx']);
  for (const query of [first.digest, first.digest.slice(7, 20), `team/nginx@${first.digest}`])
    assert.deepEqual(await short(query), ['digest team/nginx']);
  const nobody = createApiClient({ baseUrl: registry.url });
  for (const query of ['nginx', '1.27', 'acme', first.digest])
    for (const client of [as(bob), nobody]) assert.deepEqual(await short(query, client), [], query);
  const [label] = (await search('somebody', 'label')).items;
  assert.deepEqual([label?.digest, label?.source, label?.matched], [first.digest, 'label', 'somebody@example.org']);
  assert.equal((await search('title', undefined)).items.length, 0, 'a key by itself is no word');
});

test('a search for one kind goes on page by page, a search for all does not', async () => {
  const ask = (query: { query: string; kind?: Kind; cursor?: string }) =>
    api.GET('/api/v1/search', { params: { query: { limit: 1, ...query } } });
  const { data } = await ask({ query: '1', kind: 'tag' });
  assert.deepEqual([data?.items.map(({ tag }) => tag), data?.more], [['1.27'], undefined]);
  const second = await ask({ query: '1', kind: 'tag', cursor: data?.next ?? '' });
  assert.deepEqual([second.data?.items.map(({ tag }) => tag), second.data?.next], [['1.27-alpine'], undefined]);
  assert.deepEqual((await ask({ query: '1' })).data?.more, ['tag']);
  for (const query of [
    { query: '1', cursor: data?.next ?? '' },
    { query: '1', kind: 'label' as const, cursor: data?.next ?? '' },
  ])
    await assert.rejects(ask(query), { status: 400, code: 'invalid-cursor' });
});

test('CVE-2026-110697: signs of LIKE match nothing but themselves, in every kind of search', async () => {
  for (const sign of ['%', '_', 'ngin_', 'acm%', '1_27', '*', "'", '\\']) assert.deepEqual((await search(sign)).items, [], sign);
});
