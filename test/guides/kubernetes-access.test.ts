import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../packages/server/src/config/load.ts';
import { guideBlocks } from './guide-blocks.ts';

// The objects and commands are run against a real API server in test/kubernetes.
test('the guide to a cluster says the same in both languages, and its configurations are taken', async () => {
  const blocks = await guideBlocks('kubernetes-access.md');
  assert.deepEqual(await guideBlocks('kubernetes-access.zh-CN.md'), blocks);
  const configurations = blocks.filter(({ text }) => text.startsWith('kubernetes:'));
  assert.equal(configurations.length, 3);
  for (const { text } of configurations) {
    const loaded = loadConfig(['--config', 'longshore.yaml'], {}, () => text);
    assert.ok('config' in loaded, JSON.stringify(loaded));
    assert.equal(loaded.config.kubernetes.clusters[0]?.name, 'prod');
  }
});
