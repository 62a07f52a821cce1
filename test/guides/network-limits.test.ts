// The commands of docs/guides/network-limits.md, as they stand there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { runProgram } from '../tools/run-program.ts';
import { guideBlocks, localised } from './guide-blocks.ts';

test('the addresses of a project are set as the guide says', async () => {
  await using registry = await startRegistry({ flags: ['--trusted-proxies', '127.0.0.1'] });
  const { client } = registry;
  const alice = await registry.addUser('alice', { inner: 'owner' });
  const [block] = await guideBlocks('network-limits.md');
  const text = localised(block?.text ?? '', {
    'curl ': "curl -sS -H 'X-Forwarded-For: 10.1.2.3' ",
    'https://registry.example': registry.url,
  });
  const { stdout } = await runProgram('sh', ['-c', text], { env: { PASSWORD: alice.password } });
  const project = JSON.parse(stdout);
  assert.deepEqual(project.allowedAddresses, ['10.0.0.0/8', '2001:db8::/32'], stdout);
  const statusFrom = async (address: string) => {
    const options = { authorization: alice.basic, headers: { 'x-forwarded-for': address } };
    return (await client.send('GET', '/api/v1/projects/inner', options)).status;
  };
  assert.deepEqual([await statusFrom('10.1.2.3'), await statusFrom('10.9.2.3'), await statusFrom('203.0.113.9')], [200, 404, 404]);
});

test('the guide in Chinese has the same commands', async () => {
  assert.deepEqual(await guideBlocks('network-limits.zh-CN.md'), await guideBlocks('network-limits.md'));
});
