import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requirePrograms } from '../test/tools/programs.ts';
import { BackingServices } from './backing-services.ts';
import { longshore } from './contender.ts';
import { manifestType, randomImage } from './content.ts';
import { repositoryName, taggedRepository, tagName } from './content-size.ts';
import { copyTags } from './many-tags.ts';
import { PushClient } from './push-client.ts';

test('copied repositories and tags are those of a registry: listed in order, and each can be pulled', async (t) => {
  if (requirePrograms(t, 'initdb', 'postgres', 'createdb', 'psql') === undefined) return;
  const directory = await mkdtemp(join(tmpdir(), 'longshore-bench-test-'));
  const services = new BackingServices();
  const contender = longshore({ durability: 'relaxed', workers: '1', metadata: 'postgres', store: 'filesystem' }, services);
  const server = await contender.start(directory);
  t.after(async () => {
    await server.stop();
    await services.stop();
    await rm(directory, { recursive: true });
  });
  const client = new PushClient(server.url);
  t.after(() => client.close());
  const { config, layer, manifest } = randomImage(100);
  for (const { digest, bytes } of [config, layer]) await client.pushBlob(taggedRepository, digest, [bytes]);
  await client.pushManifest(taggedRepository, tagName(0), manifestType, manifest.bytes);

  await copyTags(await services.databaseOf(directory), { repositories: 12, tagsEach: 2, tagsInOne: 50, tagsPerRequest: 1 });

  const read = async (path: string): Promise<string> => (await client.read('GET', path, manifestType)).body;
  const names = (count: number, name: (n: number) => string): string[] => Array.from({ length: count }, (_, n) => name(n));
  assert.deepEqual(JSON.parse(await read(`/v2/${taggedRepository}/tags/list`)).tags, names(50, tagName));
  assert.deepEqual(JSON.parse(await read(`/v2/${repositoryName(11)}/tags/list`)).tags, names(2, tagName));
  assert.deepEqual(JSON.parse(await read('/v2/_catalog')).repositories, [...names(12, repositoryName), taggedRepository]);
  assert.equal(await read(`/v2/${repositoryName(11)}/manifests/${tagName(1)}`), manifest.bytes.toString());
  assert.equal((await client.read('HEAD', `/v2/${repositoryName(0)}/blobs/${layer.digest}`, '*/*')).status, 200);
});
