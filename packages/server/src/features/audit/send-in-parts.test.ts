import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { UnforwardedEntry } from '../../registry/ports/audit-store.ts';
import { MessagesRefusedError } from '../../registry/ports/log-receiver.ts';
import { sendInParts } from './send-in-parts.ts';

const by = systemAgent('test');
const entryOf = (id: number, wasHeld = false): UnforwardedEntry => ({
  ...{ id, at: 1, actor: by.actor, credential: by.credential, address: undefined, requestId: undefined, action: 'push' },
  ...{ resource: { kind: 'registry', name: '' }, outcome: 'denied', reason: '', count: 1, detail: {}, wasHeld },
});

/** A receiver that refuses a batch with any of these in it, and whatever comes before this request. */
function receiver(bad: ReadonlySet<number>, from = 0) {
  const taken: number[] = [];
  let requests = 0;
  const send = async (part: readonly UnforwardedEntry[]): Promise<void> => {
    requests += 1;
    if (requests <= from || part.some(({ id }) => bad.has(id))) throw new MessagesRefusedError('422');
    taken.push(...part.map(({ id }) => id));
  };
  return { taken, send, requests: () => requests };
}

test('whatever a receiver refuses, everything else arrives once and in order, and just that is held', async () => {
  const flags = fc.array(fc.record({ isBad: fc.boolean(), wasHeld: fc.boolean() }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(flags, async (all) => {
      const entries = all.map(({ wasHeld }, id) => entryOf(id, wasHeld));
      const ids = all.flatMap(({ isBad }, id) => (isBad ? [id] : []));
      const { taken, send, requests } = receiver(new Set(ids));
      const { refused, outage } = await sendInParts(entries, send);
      assert.deepEqual(
        taken,
        entries.map(({ id }) => id).filter((id) => !ids.includes(id)),
      );
      const isOutage = taken.length === 0;
      const held = isOutage ? ids.filter((id) => all[id]?.wasHeld) : ids;
      assert.deepEqual(
        refused.map(({ id }) => id).sort((a, b) => a - b),
        held,
      );
      assert.equal(outage !== undefined, isOutage && held.length < ids.length);
      assert.ok(requests() <= 3 * entries.length + 8);
    }),
  );
});

test('who refused everything and then took some is asked again for what it refused at first', async () => {
  const entries = [1, 2, 3, 4, 5].map((id) => entryOf(id));
  const { taken, send } = receiver(new Set(), 5);
  assert.deepEqual(await sendInParts(entries, send), { refused: [], outage: undefined });
  assert.deepEqual(taken.sort(), [1, 2, 3, 4, 5]);
});

test('one bad entry of 200 costs a few requests', async () => {
  const { taken, send, requests } = receiver(new Set([77]));
  const entries = Array.from({ length: 200 }, (_, id) => entryOf(id));
  assert.deepEqual(
    (await sendInParts(entries, send)).refused.map(({ id }) => id),
    [77],
  );
  assert.equal(taken.length, 199);
  assert.ok(requests() < 40, `${requests()}`);
});

test('a receiver that is away is no refusal', async () => {
  const away = new Error('ECONNREFUSED');
  await assert.rejects(
    sendInParts([entryOf(1)], () => Promise.reject(away)),
    away,
  );
});
