import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startRegistry, type TestRegistry } from '../protocol/registry-fixture.ts';
import { RawConnection } from '../security/raw-connection.ts';
import { until } from '../security/until.ts';

async function ready({ client }: TestRegistry, query = ''): Promise<string> {
  const { status, body } = await client.send('GET', `/readyz${query}`);
  return `${status} ${body}`;
}

test('readyz says which part of a server is broken, and when it works again', async () => {
  await using registry = await startRegistry();
  await until(async () => /^200 ready\ndatabase: ok\nstore default: ok\ndisk: (ok|warning: .*)\n$/.test(await ready(registry, '?verbose')));
  const away = `${registry.data}-away`;
  await rename(registry.data, away);
  // Each part is looked at in its own time.
  let broken = '';
  await until(async () => {
    broken = await ready(registry);
    return /^503 not ready\n[\s\S]*store default: does not work: see the log for the cause\n/.test(broken);
  });
  assert.ok(!broken.includes(registry.data), 'no paths for strangers');
  assert.equal((await registry.client.send('GET', '/healthz')).status, 200);
  await rename(away, registry.data);
  await until(async () => (await ready(registry)).startsWith('200 '));
});

test('a disk that hangs does not hang the page', async () => {
  await using registry = await startRegistry();
  // Whoever opens a pipe to write waits until somebody reads it.
  const probe = join(registry.data, '.probe');
  execFileSync('mkfifo', [probe]);
  // Where much else runs, other parts may not have answered in that time either.
  assert.match(await ready(registry), /^503 not ready\n[\s\S]*store default: no answer within 2 s\n/);
  await (await open(probe, 'r+')).close();
  await until(async () => (await ready(registry)).startsWith('200 '));
});

test('a server that is stopping says draining', async () => {
  const registry = await startRegistry();
  const connection = await RawConnection.open(registry.port);
  connection.send('GET /readyz HTTP/1.1\r\n');
  await registry.client.send('GET', '/healthz');
  // The connection has begun a request, so the drain waits for it.
  const stopped = registry.stop(20_000);
  connection.send('Host: localhost\r\n\r\n');
  assert.match(await connection.untilEnd(), /^HTTP\/1.1 503 [\s\S]*not ready\ndraining: /);
  await stopped;
});
