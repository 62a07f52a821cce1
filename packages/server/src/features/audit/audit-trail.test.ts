import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { RequestRecord } from '../../registry/ports/request-observer.ts';
import { AuditTrail } from './audit-trail.ts';

const everyMs = 60_000;

function pullOf(repository: string): RequestRecord {
  const plain = { id: 'r1', path: '/', hasCredentials: false, clientAddress: '192.0.2.1', bytesReceived: 0, bytesSent: 3, startedAt: 0 };
  const absent = { subject: undefined, traceparent: undefined, userAgent: undefined };
  const rest = { durationMs: 1, completed: true, viaTrustedProxy: false, status: 200, method: 'GET', route: 'manifest' };
  return { ...plain, ...absent, ...rest, repository, by: systemAgent('test') };
}

test('counted pulls are written once each while the database is slow for longer than the time between two writes', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const written: string[] = [];
  const slow = Promise.withResolvers<void>();
  const store = {
    appendAudit: async ({ entries }: { entries: readonly { resource: { name: string } }[] }) => {
      await slow.promise;
      written.push(...entries.map(({ resource }) => resource.name));
    },
  };
  const logger = { info: assert.fail, warn: assert.fail, error: assert.fail };
  const trail = new AuditTrail({ store, networkOf: (address) => address, logger, clock: () => 0, everyMs });
  for (const repository of ['a/1', 'a/2', 'a/3']) {
    trail.observe(pullOf(repository));
    context.mock.timers.tick(everyMs);
  }
  const closed = trail.close();
  slow.resolve();
  await closed;
  assert.deepEqual(written, ['a/1', 'a/2', 'a/3']);
});

test('a denial that cannot be written is an error, and is counted as lost', async () => {
  const store = { appendAudit: () => Promise.reject(new Error('away')) };
  const logger = { info: assert.fail, warn: assert.fail, error: assert.fail };
  const trail = new AuditTrail({ store, networkOf: (address) => address, logger, clock: () => 0, everyMs });
  const denial = { by: systemAgent('test'), action: 'push', resource: { kind: 'registry', name: '' }, project: undefined };
  for (let count = 0; count < 3; count += 1) await assert.rejects(trail.denied(denial), /away/);
  assert.equal(trail.lost, 3);
  await trail.close();
});

test('while the database is away 20,000 counted entries wait for it; what is beyond is lost, which is counted, and the log says it once', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let isAway = true;
  const written: string[] = [];
  const store = {
    appendAudit: async ({ entries }: { entries: readonly { resource: { name: string } }[] }) => {
      if (isAway) throw new Error('away');
      written.push(...entries.map(({ resource }) => resource.name));
    },
  };
  const logged: string[] = [];
  const logger = { info: assert.fail, warn: assert.fail, error: (message: string) => void logged.push(message) };
  const trail = new AuditTrail({ store, networkOf: (address) => address, logger, clock: () => 0, everyMs });
  for (let minute = 0; minute < 3; minute += 1) {
    for (let count = 0; count < 9000; count += 1) trail.observe(pullOf(`a/${minute}-${count}`));
    context.mock.timers.tick(everyMs);
    await new Promise(setImmediate);
  }
  assert.equal(trail.lost, 7000, 'the oldest');
  assert.equal(logged.length, 1);
  isAway = false;
  await trail.close();
  assert.equal(written.length, 20_000);
  assert.equal(written.at(-1), 'a/2-8999');
});
