import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startLongshore } from '../tools/longshore.ts';
import { guideBlocks, localised } from './guide-blocks.ts';

const mainPath = join(import.meta.dirname, '../../packages/server/src/main.ts');
const blocks = await guideBlocks('retention.md');
const run = promisify(execFile);

test('the Chinese guide has the same blocks', async () => {
  assert.deepEqual(await guideBlocks('retention.zh-CN.md'), blocks);
});

test('every block of the guide does what it says', { timeout: 600_000 }, async () => {
  const server = await startLongshore();
  try {
    const { host, url, dataDir, adminPassword } = server;
    const put = await fetch(`${url}/v2/team/app/manifests/pr-1`, {
      method: 'PUT',
      headers: {
        authorization: `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`,
        'content-type': 'application/vnd.oci.image.index.v1+json',
      },
      body: JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] }),
    });
    assert.equal(put.status, 201);
    const longshore = (...args: string[]) =>
      run(process.execPath, [mainPath, ...args], { env: { ...process.env, LONGSHORE_DATA: dataDir } });
    const token = (await longshore('token', 'create', 'admin', '--name', 'guide')).stdout.trim();
    const script = (text: string) =>
      run('bash', ['-ec', `longshore() { '${process.execPath}' '${mainPath}' "$@"; }\n${text}`], {
        env: { ...process.env, LONGSHORE_DATA: dataDir, registry: host, token },
      });

    const [setPolicy = '', cleanUp = ''] = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
    const policy = JSON.parse((await script(localised(setPolicy, { 'https://': 'http://' }))).stdout);
    assert.deepEqual([policy.version, policy.rules.length, policy.untaggedDays], [1, 3, 7], JSON.stringify(policy));

    const { stdout } = await script(cleanUp);
    assert.match(stdout, /^repository 'team\/app'/m);
    assert.match(stdout, /^project 'team'/m);

    const cronJob = blocks.find(({ language }) => language === 'yaml')?.text ?? '';
    assert.match(cronJob, /mountPath: \/etc\/longshore,/);
    const file = join(dataDir, 'longshore.yaml');
    await writeFile(file, `data: ${dataDir}\n`);
    const [, listed = ''] = /^ +args: \[(.+)\]$/m.exec(cronJob) ?? [];
    const args = localised(listed, { '/etc/longshore/longshore.yaml': file }).replaceAll('"', '').split(', ');
    assert.match((await longshore(...args)).stdout, /^project 'team'/m);
  } finally {
    await server.stop();
  }
});
