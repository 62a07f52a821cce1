import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { pushLayers } from '../comparison/compared-images.ts';
import { makeLayers } from '../comparison/made-layers.ts';
import { commandHome } from '../terminal/client-home.ts';
import { commandPath } from '../tools/command-line.ts';
import { startLongshore } from '../tools/longshore.ts';
import { guideBlocks, localised } from './guide-blocks.ts';

const blocks = await guideBlocks('comparing-images.md');
const run = promisify(execFile);

test('the Chinese guide to comparisons has the same blocks', async () => {
  assert.deepEqual(await guideBlocks('comparing-images.zh-CN.md'), blocks);
});

test('the blocks of the guide to comparisons do what it says', { timeout: 600_000 }, async () => {
  const { directory, layer } = await makeLayers();
  const [server, home] = await Promise.all([startLongshore(), commandHome()]);
  try {
    for (const [tag, version] of [
      ['1.0', '12.1'],
      ['1.1', '12.5'],
    ] as const) {
      const layers = [await layer({ 'etc/os-release': `VERSION_ID="${version}"\n` })];
      await pushLayers(server, { repository: 'team/app', tag, layers });
    }
    await home.run(`login ${server.host} -u admin --password-stdin`, `${server.adminPassword}\n`);
    const token = (await home.run('token create --name guide --expires 1d -o name')).stdout.trim();
    const env = { ...process.env, ...home.env, registry: server.host, token };
    const script = (text: string) =>
      run('bash', ['-ec', `longshore() { '${process.execPath}' '${commandPath}' "$@"; }\n${text}`], { env, cwd: directory });
    const [commands = '', requests = ''] = blocks.map(({ text }) => text);
    const shown = (await script(commands)).stdout;
    assert.match(shown, /^-VERSION_ID="12\.1"\n\+VERSION_ID="12\.5"$/m);
    assert.match(shown, /^changed +etc\/os-release +18 B +18 B$/m);
    const answers = (await script(localised(requests, { 'https://': 'http://' }))).stdout;
    assert.match(answers, /"state":"done"/);
    assert.match(answers, /"kind":"text"/);
  } finally {
    await home.remove();
    await server.stop();
  }
});
