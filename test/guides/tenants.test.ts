import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { guideBlocks } from './guide-blocks.ts';

for (const name of ['tenants.md', 'tenants.zh-CN.md']) {
  test(`every request of ${name} does what it says`, async () => {
    await using registry = await startRegistry({ flags: [] });
    const { client, metadata } = registry;
    const root = await registry.addUser('root');
    for (const user of ['alice', 'bob']) await registry.addUser(user);
    await metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
    const requests = (await guideBlocks(name)).filter(({ language }) => language === 'http').flatMap(({ text }) => text.trim().split('\n'));
    assert.ok(requests.length > 8);
    for (const request of requests) {
      const [, method = '', path = '', body] = /^(\S+) (\S+)(?: (.*))?$/.exec(request) ?? assert.fail(request);
      const json = body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } };
      const answer = await client.send(method, path, { authorization: root.basic, ...json });
      assert.ok(answer.status < 300, `${request}: ${answer.body.toString()}`);
    }
  });
}
