import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { NewAuditEntry } from '../../registry/ports/audit-store.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, byActor, foreign, newDigest, storeTest } from './contract-steps.ts';

const first = { limit: 100, after: undefined };

function denial(at: number, more: Partial<NewAuditEntry> = {}): NewAuditEntry {
  const resource = { kind: 'repository', name: app };
  return { at, by, action: 'push', resource, project: 'team', outcome: 'denied', count: 1, detail: {}, ...more };
}

async function actionsOf({ store }: StoreSteps, filter: Parameters<StoreSteps['store']['listAudit']>[0] = {}): Promise<string[]> {
  return (await store.listAudit(filter, first)).items.map(({ action, resource }) => `${action} ${resource.name}`);
}

/** The audit log: what changes write of themselves, what is written beside them, and what nobody can take back. */
export function describeAudit(open: OpenStore): void {
  describe('audit log', () => {
    storeTest(open, 'a change writes who made it, with what and why, in its own transaction', async (steps) => {
      const { store, at } = steps;
      const digest = await steps.push(app, { tags: ['v1'] });
      const [tag, manifest, project, ...others] = (await store.listAudit({}, first)).items;
      assert.deepEqual(others, []);
      assert.deepEqual(
        [project?.action, project?.actor, project?.resource],
        ['project.created', by.actor, { kind: 'project', name: 'team' }],
      );
      const { actor, credential, address, requestId, reason } = by;
      const same = {
        at,
        actor,
        credential,
        address,
        requestId,
        reason,
        resource: { kind: 'repository', name: app },
        outcome: 'allowed',
        count: 1,
      };
      const roles = ['writer'];
      assert.deepEqual(tag, { ...same, id: tag?.id, action: 'tag.created', detail: { tag: 'v1', digest, roles } });
      assert.deepEqual(manifest?.action, 'manifest.pushed');
      assert.equal(manifest?.detail['digest'], digest);
    });

    storeTest(open, 'a change that is undone leaves no entry', async (steps) => {
      await steps.push(app);
      const before = await actionsOf(steps);
      assert.equal((await steps.tryPush(app, { blobs: [newDigest()], tags: ['v1'] })).outcome, 'missing');
      assert.deepEqual(await actionsOf(steps), before);
    });

    storeTest(open, 'every filter, alone and with a range of time, and pages that fit together', async (steps) => {
      const { store, at } = steps;
      await steps.push(app);
      await steps.push(foreign);
      const entries = [1, 2, 3, 4].map((later) => denial(at + later, { by: byActor(later % 2 === 0 ? 'user:2:bob' : 'anonymous') }));
      await store.appendAudit({ entries: [...entries, denial(at + 5, { resource: { kind: 'registry', name: '' }, project: undefined })] });
      assert.equal((await actionsOf(steps, { project: 'team' })).length, 6);
      assert.deepEqual(await actionsOf(steps, { project: 'other' }), ['manifest.pushed other/app', 'project.created other']);
      assert.deepEqual(await actionsOf(steps, { project: 'absent' }), []);
      assert.equal((await actionsOf(steps, { actor: 'anonymous' })).length, 2);
      assert.deepEqual(await actionsOf(steps, { action: 'manifest.pushed', resource: app }), ['manifest.pushed team/app']);
      assert.equal((await actionsOf(steps, { outcome: 'denied' })).length, 5);
      assert.equal((await actionsOf(steps, { outcome: 'allowed' })).length, 4);
      assert.equal((await actionsOf(steps, { outcome: 'denied', from: at + 2, to: at + 4 })).length, 2);
      const all = (await store.listAudit({}, first)).items;
      const paged = [];
      for (let after: { at: number; id: number } | undefined; ; ) {
        const page = await store.listAudit({}, { limit: 2, after });
        paged.push(...page.items);
        after = page.next;
        if (after === undefined) break;
      }
      assert.deepEqual(paged, all);
    });

    storeTest(open, 'filters that seldom meet end a page early, and what they let through comes on a later one', async ({ store, at }) => {
      const bob = byActor('user:2:bob');
      const pulls = Array.from({ length: 1100 }, (_, n) => denial(at + 1 + n, { by: bob, action: 'pull', outcome: 'allowed' }));
      await store.appendAudit({ entries: [denial(at, { by: bob, action: 'delete' })] });
      for (let from = 0; from < pulls.length; from += 200) await store.appendAudit({ entries: pulls.slice(from, from + 200) });
      const filter = { actor: 'user:2:bob', action: 'delete' };
      const early = await store.listAudit(filter, first);
      assert.deepEqual(early.items, []);
      assert.ok(early.next !== undefined);
      const late = await store.listAudit(filter, { limit: 100, after: early.next });
      assert.deepEqual([late.items.map(({ action }) => action), late.next], [['delete'], undefined]);
    });

    storeTest(open, 'what is told of a deleted project is not told to the next of its name', async (steps) => {
      const { store, at } = steps;
      await steps.push(app);
      const { id } = (await store.findTenant('team')) ?? assert.fail();
      const late = denial(at + 1, { by: { ...by, project: id } });
      await store.appendAudit({ entries: [late] });
      assert.equal((await actionsOf(steps, { project: 'team', outcome: 'denied' })).length, 1);
      await store.deleteTenant({ name: 'team', version: undefined, force: true, by, at });
      await steps.push(app);
      await store.appendAudit({ entries: [late, denial(at + 2, { by: { ...by, project: 'none' } })] });
      assert.deepEqual(await actionsOf(steps, { project: 'team' }), [`manifest.pushed ${app}`, 'project.created team']);
      assert.equal((await actionsOf(steps, { outcome: 'denied' })).length, 3);
    });

    storeTest(open, 'old entries are removed by the retention alone, and no others', async (steps) => {
      const { store, at } = steps;
      await store.setAuditSinks({ names: ['siem'] });
      await store.appendAudit({ entries: [1, 2, 3, 4, 5].map((later) => denial(at + later)) });
      assert.equal(await store.removeAudit({ before: at + 4, limit: 2 }), 2);
      assert.equal(await store.removeAudit({ before: at + 4, limit: 2 }), 1);
      assert.equal(await store.removeAudit({ before: at + 4, limit: 2 }), 0);
      assert.equal((await actionsOf(steps)).length, 2);
      assert.equal((await store.listUnforwarded({ sink: 'siem', at, limit: 9 })).length, 2);
    });

    storeTest(open, 'each sink gets every entry from when it is known, until it confirms it', async (steps) => {
      const { store, at } = steps;
      await steps.push(app);
      await store.setAuditSinks({ names: ['one', 'two'] });
      await steps.push(app, { tags: ['v1'] });
      await store.appendAudit({ entries: [denial(at)] });
      const ready = await store.listUnforwarded({ sink: 'one', at, limit: 9 });
      assert.deepEqual(ready.map(({ action }) => action).sort(), ['manifest.pushed', 'push', 'tag.created']);
      await store.finishForwarding({ sink: 'one', ids: ready.slice(0, 2).map(({ id }) => id) });
      assert.deepEqual(await store.listUnforwarded({ sink: 'one', at, limit: 9 }), ready.slice(2));
      assert.equal((await store.listUnforwarded({ sink: 'two', at, limit: 2 })).length, 2);
      await store.setAuditSinks({ names: ['two'] });
      assert.deepEqual(await store.listUnforwarded({ sink: 'one', at, limit: 9 }), []);
      assert.equal((await store.listUnforwarded({ sink: 'two', at, limit: 9 })).length, 3);
    });

    storeTest(open, 'what a sink refuses waits until its time, behind what is new, and is counted', async (steps) => {
      const { store, at } = steps;
      await store.setAuditSinks({ names: ['one', 'two'] });
      await store.appendAudit({ entries: [1, 2, 3].map((later) => denial(at + later)) });
      const all = await store.listUnforwarded({ sink: 'one', at, limit: 9 });
      assert.deepEqual(
        all.map(({ wasHeld }) => wasHeld),
        [false, false, false],
      );
      const ids = all.map(({ id }) => id);
      await store.holdForwarding({ sink: 'one', ids: ids.slice(0, 2), until: at + 100 });
      const readyAt = async (later: number) =>
        (await store.listUnforwarded({ sink: 'one', at: at + later, limit: 9 })).map(({ id, wasHeld }) => [id, wasHeld]);
      assert.deepEqual(await readyAt(99), [[ids[2], false]]);
      assert.deepEqual(await readyAt(100), [
        [ids[2], false],
        [ids[0], true],
        [ids[1], true],
      ]);
      assert.deepEqual([await store.countHeld('one'), await store.countHeld('two')], [2, 0]);
      assert.equal((await store.listUnforwarded({ sink: 'two', at, limit: 9 })).length, 3);
      await store.finishForwarding({ sink: 'one', ids });
      assert.equal(await store.countHeld('one'), 0);
    });
  });
}
