import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadConfig } from '../../packages/server/src/config/load.ts';

for (const name of ['stores.md', 'stores.zh-CN.md']) {
  test(`what docs/guides/${name} configures is a configuration`, () => {
    const guide = readFileSync(new URL(`../../docs/guides/${name}`, import.meta.url), 'utf8');
    const blocks = [...guide.matchAll(/^```yaml\n([^`]+)^```/gm)].map(([, text = '']) => text);
    assert.ok(blocks.length > 0);
    for (const text of blocks) {
      const loaded = loadConfig(['--config', 'f'], {}, (path) => (path === 'f' ? text : 'secret'));
      assert.ok('config' in loaded, 'problems' in loaded ? JSON.stringify(loaded.problems) : '');
      assert.deepEqual(
        loaded.config.mirrorRepositories.map((entry) => entry.name),
        ['archive', 'cloud'],
      );
    }
  });
}
