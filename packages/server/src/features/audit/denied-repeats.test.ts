import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientNetwork } from '../../identity/client-network.ts';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { NewAuditEntry } from '../../registry/ports/audit-store.ts';
import type { Denial } from '../../registry/ports/auditor.ts';
import { DeniedRepeats } from './denied-repeats.ts';

const eve = { ...systemAgent('test'), actor: 'user:1:eve', credential: 'password', address: '192.0.2.1', reason: 'no role' };

function denial(name: string, changes: Partial<Denial['by']> = {}, action = 'pull'): Denial {
  return { by: { ...eve, ...changes }, action, resource: { kind: 'repository', name }, project: undefined };
}

/** Takes note of denials, and keeps what is written at once. */
function start() {
  const repeats = new DeniedRepeats(clientNetwork);
  const firsts: NewAuditEntry[] = [];
  const write = async (entry: NewAuditEntry): Promise<void> => void firsts.push(entry);
  const note = (...denials: readonly Denial[]) => Promise.all(denials.map((one) => repeats.note(one, 5, write)));
  return { repeats, firsts, note };
}

test('the first is written at once, repeats as one entry later; then it is the first again', async () => {
  const { repeats, firsts, note } = start();
  await note(denial('a'), denial('a'), denial('a'));
  assert.deepEqual(
    firsts.map(({ resource, count, outcome }) => [resource.name, count, outcome]),
    [['a', 1, 'denied']],
  );
  assert.deepEqual(
    repeats.take().map(({ resource, count }) => [resource.name, count]),
    [['a', 2]],
  );
  assert.deepEqual(repeats.take(), []);
  await note(denial('a'));
  assert.equal(firsts.length, 2);
});

for (const [what, other] of [
  ['another resource', denial('b')],
  ['another action', denial('a', {}, 'push')],
  ['another actor', denial('a', { actor: 'user:2:bob' })],
  ['another credential', denial('a', { credential: 'access-token:7' })],
  ['another reason', denial('a', { reason: 'the quota is full' })],
  ['another network', denial('a', { address: '192.0.2.2' })],
  ['another project of the name', denial('a', { project: 7 })],
] as const) {
  test(`no repeat: ${what}`, async () => {
    const { firsts, note } = start();
    await note(denial('a'), other);
    assert.equal(firsts.length, 2);
  });
}

for (const [what, first, second] of [
  ['another request', denial('a'), denial('a', { requestId: 'r2' })],
  ['another address of the same IPv6 network', denial('a', { address: '2001:db8::1' }), denial('a', { address: '2001:db8::2' })],
] as const) {
  test(`a repeat: ${what}`, async () => {
    const { firsts, note } = start();
    await note(first, second);
    assert.equal(firsts.length, 1);
  });
}

test('who cannot be written down is refused with an error, and so are those who came meanwhile; the next is the first again', async () => {
  const { repeats, firsts, note } = start();
  const away = Promise.withResolvers<void>();
  const both = Promise.allSettled([1, 2].map(() => repeats.note(denial('a'), 5, () => away.promise)));
  away.reject(new Error('away'));
  assert.deepEqual(
    (await both).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  await note(denial('a'));
  assert.equal(firsts.length, 1);
});

test('one network that asks for made-up names is told 500 times, then counted by action; the denials of others are told one by one', async () => {
  const { repeats, firsts, note } = start();
  for (let count = 0; count < 30_000; count += 1) await note(denial(`made-up-${count}`, {}, count % 2 === 0 ? 'pull' : 'push'));
  assert.equal(firsts.length, 502);
  assert.deepEqual(
    firsts.slice(500).map(({ by, action, resource }) => [by.actor, by.address, action, resource.name]),
    [
      ['various', '192.0.2.1', 'pull', ''],
      ['various', '192.0.2.1', 'push', ''],
    ],
  );
  await note(denial('secret/app', { actor: 'user:2:bob', address: '198.51.100.7' }));
  assert.equal(firsts.at(-1)?.by.actor, 'user:2:bob');
  const counted = repeats.take();
  assert.equal(
    [...firsts, ...counted].reduce((sum, { count }) => sum + count, 0),
    30_001,
    'none is left out',
  );
});

test('many networks at once are told 2,000 times, then counted by action: rows and memory are bounded', async () => {
  const { repeats, firsts, note } = start();
  for (let count = 0; count < 30_000; count += 1) {
    await note(denial(`made-up-${count}`, { address: `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}` }));
  }
  assert.equal(firsts.length, 2001);
  assert.deepEqual([firsts[2000]?.by.actor, firsts[2000]?.by.address], ['various', undefined]);
  assert.deepEqual(
    repeats.take().map(({ count }) => count),
    [27_999],
  );
});

test('what could not be written leaves room for others', async () => {
  const { repeats, firsts, note } = start();
  for (let count = 0; count < 600; count += 1) {
    await assert.rejects(repeats.note(denial(`lost-${count}`), 5, () => Promise.reject(new Error('away'))));
  }
  await note(denial('a'));
  assert.equal(firsts[0]?.resource.name, 'a');
});
