import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { nodeFlags } from './node-flags.js';

const readSource = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');

test('whatever starts Node for a server gives it the flags', async () => {
  const [unit, image, packageFile] = await Promise.all(
    ['deploy/systemd/longshore.service', 'deploy/container/build-image', 'package.json'].map(readSource),
  );
  const flags = nodeFlags.join(' ');
  assert.ok(
    unit?.includes(`\nExecStart=/opt/longshore/node_modules/.bin/node ${flags} /opt/longshore/packages/cli/bin/longshore.js serve\n`),
  );
  assert.ok(image?.includes(`'["/usr/local/bin/node",${nodeFlags.map((flag) => JSON.stringify(flag)).join(',')},"/opt/`));
  assert.equal(JSON.parse(packageFile ?? '').scripts.start, `node scripts/with-node.js ${flags} packages/cli/bin/longshore.js serve`);
});
