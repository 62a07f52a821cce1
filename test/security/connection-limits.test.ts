import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { RawConnection, requestText } from './raw-connection.ts';
import { until } from './until.ts';

const refused = /^HTTP\/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n/;

for (const limit of ['connections', 'connections-per-address']) {
  test(`limits.${limit}: what is beyond is told 503 and is not served; a place that gets free is given away`, async () => {
    await using registry = await startRegistry({ flags: ['--anonymous', 'push', `--limits-${limit}`, '2'] });
    const held = await Promise.all([RawConnection.open(registry.port), RawConnection.open(registry.port)]);
    for (const connection of held) connection.send('GET /healthz HTTP/1.1\r\n');
    for (let round = 0; round < 5; round += 1) {
      const third = await RawConnection.open(registry.port);
      third.send(requestText('POST', '/v2/limits/app/blobs/uploads/', { 'content-length': 0 }));
      const answer = await third.untilEnd();
      assert.match(answer, refused);
      assert.ok(!answer.includes('202'), 'and nothing is done for it');
    }
    held[0]?.cut();
    held[1]?.send('Host: localhost\r\n\r\n');
    const metrics = async () => {
      const connection = await RawConnection.open(registry.port);
      connection.send(requestText('GET', '/metrics', { connection: 'close' }));
      return connection.untilEnd();
    };
    await until(async () => (await metrics()).startsWith('HTTP/1.1 200'));
    assert.match(await metrics(), /^registry_connections_refused_total [1-9]/m);
    assert.match(held[1]?.received ?? '', /ok\n$/, 'who was there first is served');
    held[1]?.cut();
  });
}

test('a trusted proxy, behind which many clients are, has no limit of its own', async () => {
  const flags = ['--anonymous', 'push', '--limits-connections-per-address', '1', '--trusted-proxies', '127.0.0.0/8'];
  await using registry = await startRegistry({ flags });
  const connections = await Promise.all(Array.from({ length: 5 }, () => RawConnection.open(registry.port)));
  for (const connection of connections) {
    connection.send(requestText('GET', '/healthz'));
    await connection.until(/ok\n$/);
  }
  for (const connection of connections) connection.cut();
});

test('headers beyond limits.headerBytes are refused with 431', async () => {
  await using registry = await startRegistry({ flags: ['--limits-header-bytes', '8192'] });
  const connection = await RawConnection.open(registry.port);
  connection.send(requestText('GET', '/v2/', { 'x-large': 'x'.repeat(9000) }));
  assert.match(await connection.untilEnd(), /^HTTP\/1.1 431 /);
});

test('headers that do not come to an end in limits.headerTimeoutSeconds are refused with 408', async () => {
  await using registry = await startRegistry({ flags: ['--limits-header-timeout-seconds', '1'] });
  const connection = await RawConnection.open(registry.port);
  connection.send('GET /v2/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  const drip = setInterval(() => connection.send('x'), 100);
  try {
    assert.match(await connection.untilEnd(), /^HTTP\/1.1 408 /);
  } finally {
    clearInterval(drip);
  }
});

test('a connection without traffic is closed after limits.idleTimeoutSeconds', async () => {
  await using registry = await startRegistry({ flags: ['--limits-idle-timeout-seconds', '1'] });
  const silent = await RawConnection.open(registry.port);
  assert.equal(await silent.untilEnd(), '');
});
