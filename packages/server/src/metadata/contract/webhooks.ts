import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import {
  type KeptEvent,
  mostWebhooks,
  type SettledAttempt,
  type Webhook,
  type WebhookSettings,
} from '../../registry/ports/webhook-store.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, foreign, storeTest } from './contract-steps.ts';

const by = systemAgent('contract');
const at = 1_700_000_000_000;
const settings: WebhookSettings = {
  name: 'ci',
  url: 'https://hooks.example/a',
  events: ['tag.created', 'tag.moved'],
  repositories: 'team/**',
  tags: 'v*',
  format: 'cloudevents',
  headerNames: ['authorization'],
  hasSecret: true,
  previousSecretUntil: at + 5,
  sealed: 'v1.sealed',
  enabled: true,
};
const event: KeptEvent = {
  type: 'tag.created',
  at,
  actor: 'user:1:ü"',
  projectId: undefined,
  repository: app,
  digest: undefined,
  tag: 'v1',
  data: { more: [1, 'ü'] },
};
const tried = (deliveryId: number, change: Partial<SettledAttempt> = {}): SettledAttempt => ({
  deliveryId,
  at,
  durationMs: 12,
  status: 500,
  request: '{"é":1}',
  answer: 'no',
  error: undefined,
  outcome: 'retry',
  delayMs: 0,
  ...change,
});

/** Makes a webhook of the registry. */
async function create(store: MetadataStore, change: Partial<WebhookSettings> = {}, owner?: number): Promise<Webhook> {
  const made = await store.createWebhook({ owner, settings: { ...settings, ...change }, by, at });
  return typeof made === 'string' ? assert.fail(made) : made;
}
const claim = (store: MetadataStore, claimant = 'a', holdMs = 60_000) => store.claimTurns({ claimant, holdMs, limit: 10, mostFailing: 5 });
const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id);

async function projectIds(steps: StoreSteps): Promise<{ team: number; other: number }> {
  await steps.push(app);
  await steps.push(foreign);
  const idOf = async (name: typeof app) => (await steps.store.findRepository(name))?.projectId ?? assert.fail('no project');
  return { team: await idOf(app), other: await idOf(foreign) };
}

/** Webhooks, the queue of each, and the log. */
export function describeWebhooks(open: OpenStore): void {
  describe('webhooks', () => {
    storeTest(open, 'are kept as given, changed by version, and removed', async ({ store }) => {
      const made = await create(store);
      const { id, ...rest } = made;
      const versioned = { projectId: undefined, disabledReason: undefined, version: 1, createdAt: at, createdBy: by.actor, updatedAt: at };
      assert.deepEqual(rest, { ...settings, ...versioned });
      assert.deepEqual(await store.findWebhook(undefined, id), made);
      const bare = {
        ...settings,
        events: [],
        sealed: undefined,
        previousSecretUntil: undefined,
        hasSecret: false,
        headerNames: [],
        enabled: false,
      };
      const change = { owner: undefined, id, settings: bare, by, at: at + 1 };
      const changed = await store.updateWebhook({ ...change, version: 1 });
      assert.deepEqual(changed, { ...bare, ...versioned, id, version: 2, updatedAt: at + 1 });
      assert.equal(await store.updateWebhook({ ...change, version: 1 }), 'stale');
      assert.equal(await store.updateWebhook({ ...change, id: id + 1, version: 1 }), undefined);
      assert.equal(await store.deleteWebhook({ owner: undefined, id, by, at }), true);
      assert.equal(await store.deleteWebhook({ owner: undefined, id, by, at }), false);
      assert.equal(await store.findWebhook(undefined, id), undefined);
    });

    storeTest(open, 'CVE-2022-31669: are found, changed and removed through their owner only', async (steps) => {
      const { store } = steps;
      const { team, other } = await projectIds(steps);
      const { id } = await create(store, {}, team);
      for (const owner of [other, undefined]) {
        assert.equal(await store.findWebhook(owner, id), undefined);
        assert.equal(await store.updateWebhook({ owner, id, version: 1, settings, by, at }), undefined);
        assert.equal(await store.deleteWebhook({ owner, id, by, at }), false);
        assert.deepEqual((await store.listWebhooks(owner, { after: 0, limit: 9 })).items, []);
      }
      assert.equal((await store.findWebhook(team, id))?.projectId, team);
      assert.deepEqual(ids((await store.listWebhooks(team, { after: 0, limit: 9 })).items), [id]);
    });

    storeTest(open, 'of a deleted project hear of nothing more, and a project that gets its name has none of them', async (steps) => {
      const { store } = steps;
      const { team } = await projectIds(steps);
      const { id } = await create(store, {}, team);
      await store.addDeliveries({ webhookIds: [id], eventKey: '1-a', event });
      const deleted = await store.deleteTenant({ name: 'team', version: undefined, force: true, by, at });
      assert.equal(deleted.outcome, 'deleted');
      assert.deepEqual(await store.findListening(team), []);
      assert.equal(await store.hasDueWebhook(), false);
      assert.equal(await store.findWebhookProject('team'), undefined);
      const again = (await projectIds(steps)).team;
      assert.notEqual(again, team);
      assert.deepEqual((await store.listWebhooks(again, { after: 0, limit: 9 })).items, []);
    });

    storeTest(open, 'are bounded for each owner, and are not added to a deleted project', async (steps) => {
      const { store } = steps;
      const { team, other } = await projectIds(steps);
      const add = (owner: number) => store.createWebhook({ owner, settings, by, at });
      const made = await Promise.all(Array.from({ length: mostWebhooks + 5 }, () => add(team)));
      assert.equal(made.filter((one) => one === 'too-many').length, 5);
      await create(store, {}, other);
      await store.deleteTenant({ name: 'team', version: undefined, force: true, by, at });
      assert.equal(await add(team), 'absent');
    });

    storeTest(open, 'are listed page by page', async ({ store }) => {
      const made: number[] = [];
      for (let count = 0; count < 3; count += 1) made.push((await create(store)).id);
      const first = await store.listWebhooks(undefined, { after: 0, limit: 2 });
      assert.deepEqual([ids(first.items), first.more], [made.slice(0, 2), true]);
      const second = await store.listWebhooks(undefined, { after: made[1] ?? 0, limit: 2 });
      assert.deepEqual([ids(second.items), second.more], [made.slice(2), false]);
    });

    storeTest(open, 'listen to their own project, those of the registry to all, disabled ones to none', async (steps) => {
      const { store } = steps;
      const { team, other } = await projectIds(steps);
      const own = await create(store, {}, team);
      const all = await create(store);
      await create(store, { enabled: false }, team);
      const { events, repositories, tags, format } = settings;
      const heard = await store.findListening(team);
      assert.deepEqual(ids(heard).toSorted(), [own.id, all.id]);
      assert.deepEqual(heard[0], { id: heard[0]?.id, events, repositories, tags, format });
      assert.deepEqual(ids(await store.findListening(other)), [all.id]);
      assert.deepEqual(ids(await store.findListening(undefined)), [all.id]);
    });

    storeTest(open, 'tell of their changes by events of their project, without address and secrets', async (steps) => {
      const { store } = steps;
      const { team } = await projectIds(steps);
      await steps.events();
      const { id } = await create(store, {}, team);
      await store.updateWebhook({ owner: team, id, version: 1, settings, by, at });
      assert.equal(await store.disableWebhook({ id, reason: 'why', by, at }), true);
      assert.equal(await store.disableWebhook({ id, reason: 'again', by, at }), false);
      assert.deepEqual((await store.findWebhook(team, id))?.disabledReason, 'why');
      await store.deleteWebhook({ owner: team, id, by, at });
      const told = await steps.events();
      const data = { project: 'team', webhook: String(id), name: 'ci' };
      assert.deepEqual(
        told.map((row) => [row.type, row.projectId, row.data]),
        [
          ['webhook.created', team, data],
          ['webhook.updated', team, data],
          ['webhook.disabled', team, { ...data, reason: 'why' }],
          ['webhook.deleted', team, data],
        ],
      );
    });

    storeTest(open, 'an event is of its project, by id', async (steps) => {
      const { team, other } = await projectIds(steps);
      const told = await steps.events();
      assert.deepEqual(
        new Set(told.map(({ type, repository, projectId }) => `${repository ?? type} ${projectId}`)),
        new Set([`${app} ${team}`, `${foreign} ${other}`, `project.created ${team}`, `project.created ${other}`]),
      );
    });
  });

  describe('deliveries', () => {
    storeTest(open, 'are noted once for each event and webhook, and not for what is gone or disabled', async ({ store }) => {
      const first = await create(store);
      const second = await create(store);
      const off = await create(store, { enabled: false });
      const gone = await create(store);
      await store.deleteWebhook({ owner: undefined, id: gone.id, by, at });
      const webhookIds = [second.id, gone.id, off.id, first.id];
      for (let count = 0; count < 2; count += 1) await store.addDeliveries({ webhookIds, eventKey: '1-a', event });
      await store.addDeliveries({ webhookIds, eventKey: '2-a', event });
      assert.equal(await store.countPending(10), 4);
      assert.equal(await store.countPending(3), 3);
      const [due] = await store.listDue(first.id, 1);
      const { id, createdAt, nextAttemptAt, ageMs, ...rest } = due ?? assert.fail('nothing due');
      assert.equal(nextAttemptAt, createdAt);
      assert.ok(ageMs >= 0 && ageMs < 60_000);
      const fresh = { replayOf: undefined, state: 'pending', attempts: 0, finishedAt: undefined, status: undefined };
      // JSON has no undefined.
      const kept = JSON.parse(JSON.stringify(event));
      assert.deepEqual(rest, { webhookId: first.id, eventKey: '1-a', event: kept, ...fresh });
      assert.deepEqual((await store.findDelivery(first.id, id))?.attempts, []);
      assert.equal(await store.findDelivery(second.id, id), undefined);
      assert.deepEqual(await store.listDue(off.id, 9), []);
    });

    storeTest(open, 'are served in turns, each webhook by one claimant', async ({ store }) => {
      assert.equal(await store.hasDueWebhook(), false);
      const first = await create(store);
      const second = await create(store);
      await store.addDeliveries({ webhookIds: [first.id, second.id], eventKey: '1-a', event });
      assert.equal(await store.hasDueWebhook(), true);
      const claims = await Promise.all(['a', 'b', 'c'].map((claimant) => claim(store, claimant)));
      assert.deepEqual(
        claims.flat().toSorted((left, right) => left.webhookId - right.webhookId),
        [first, second].map(({ id }) => ({ webhookId: id, failures: 0 })),
      );
      assert.equal(await store.hasDueWebhook(), false);
      // What is noted meanwhile is sent in the next turn.
      await store.addDeliveries({ webhookIds: [first.id], eventKey: '2-a', event });
      assert.deepEqual(await claim(store), []);
    });

    storeTest(open, "of a claimant that died are somebody else's in the end, and its word does not count any more", async ({ store }) => {
      const { id } = await create(store);
      await store.addDeliveries({ webhookIds: [id], eventKey: '1-a', event });
      assert.equal((await claim(store, 'dead', 0)).length, 1);
      assert.equal((await claim(store, 'alive')).length, 1);
      const [due] = await store.listDue(id, 9);
      const attempts = [tried(due?.id ?? 0, { outcome: 'delivered', status: 200 })];
      assert.equal(await store.settleTurn({ webhookId: id, claimant: 'dead', attempts, restMs: 0 }), undefined);
      assert.equal((await store.listDue(id, 9)).length, 1);
      assert.deepEqual(await store.settleTurn({ webhookId: id, claimant: 'alive', attempts, restMs: 0 }), { failingMs: 0 });
      assert.deepEqual(await store.listDue(id, 9), []);
      assert.equal(await store.hasDueWebhook(), false);
    });

    storeTest(open, 'come again after a delay, or are done, and every attempt is in the log', async ({ store }) => {
      const { id } = await create(store);
      for (const eventKey of ['1-a', '2-a', '3-a']) await store.addDeliveries({ webhookIds: [id], eventKey, event });
      const [one, two, three] = await store.listDue(id, 9);
      assert.ok(one !== undefined && two !== undefined && three !== undefined);
      const settle = async (attempts: SettledAttempt[], restMs = 0) => {
        assert.equal((await claim(store)).length, 1);
        return store.settleTurn({ webhookId: id, claimant: 'a', attempts, restMs });
      };
      await settle([tried(one.id), tried(two.id, { outcome: 'delivered', status: 204 }), tried(three.id, { delayMs: 3_600_000 })]);
      assert.deepEqual(ids(await store.listDue(id, 9)), [one.id]);
      const error = 'There was no answer.';
      await settle([tried(one.id, { outcome: 'failed', status: undefined, answer: undefined, error })]);
      assert.deepEqual(await store.listDue(id, 9), []);
      assert.equal(await store.hasDueWebhook(), false);
      const found = await store.findDelivery(id, one.id);
      assert.deepEqual(
        [found?.delivery.state, found?.delivery.attempts, found?.delivery.nextAttemptAt, found?.delivery.status],
        ['failed', 2, undefined, undefined],
      );
      assert.ok((found?.delivery.finishedAt ?? 0) >= one.createdAt);
      const { deliveryId: _id, outcome: _outcome, delayMs: _delay, ...attempt } = tried(one.id);
      assert.deepEqual(found?.attempts, [attempt, { ...attempt, status: undefined, answer: undefined, error }]);
      const waiting = (await store.findDelivery(id, three.id))?.delivery;
      assert.deepEqual([waiting?.state, waiting?.finishedAt], ['pending', undefined]);
      assert.ok((waiting?.nextAttemptAt ?? 0) >= three.createdAt + 3_600_000);
    });

    storeTest(open, 'of a webhook that fails wait, take few places, and say since when', async ({ store }) => {
      const failing = await create(store);
      await store.addDeliveries({ webhookIds: [failing.id], eventKey: '1-a', event });
      const [due] = await store.listDue(failing.id, 1);
      const attempts = [tried(due?.id ?? 0)];
      await claim(store);
      const settled = await store.settleTurn({ webhookId: failing.id, claimant: 'a', attempts, restMs: 3_600_000 });
      assert.ok(settled !== undefined && settled.failingMs >= 0 && settled.failingMs < 60_000);
      assert.equal(await store.hasDueWebhook(), false, 'it rests');
      // What was enabled anew is looked through at once.
      await store.updateWebhook({ owner: undefined, id: failing.id, version: 1, settings, by, at });
      const healthy = await create(store);
      await store.addDeliveries({ webhookIds: [healthy.id], eventKey: '1-a', event });
      assert.deepEqual(await store.claimTurns({ claimant: 'a', holdMs: 60_000, limit: 10, mostFailing: 0 }), [
        { webhookId: healthy.id, failures: 0 },
      ]);
      assert.deepEqual(await claim(store), [{ webhookId: failing.id, failures: 1 }]);
      await store.settleTurn({
        webhookId: failing.id,
        claimant: 'a',
        attempts: [tried(due?.id ?? 0, { outcome: 'delivered' })],
        restMs: 0,
      });
      await store.addDeliveries({ webhookIds: [failing.id], eventKey: '2-a', event });
      assert.deepEqual(await claim(store), [{ webhookId: failing.id, failures: 0 }]);
    });

    storeTest(open, 'of a webhook that is disabled in the middle wait until it is enabled', async ({ store }) => {
      const { id } = await create(store);
      await store.addDeliveries({ webhookIds: [id], eventKey: '1-a', event });
      await claim(store);
      await store.disableWebhook({ id, reason: 'why', by, at });
      await store.settleTurn({ webhookId: id, claimant: 'a', attempts: [], restMs: 0 });
      assert.equal(await store.hasDueWebhook(), false);
      await store.updateWebhook({ owner: undefined, id, version: 2, settings, by, at });
      assert.equal((await claim(store)).length, 1);
    });

    storeTest(open, 'can be repeated, with the same event', async ({ store }) => {
      const { id } = await create(store);
      await store.addDeliveries({ webhookIds: [id], eventKey: '1-a', event });
      const [original] = await store.listDue(id, 9);
      const replay = { webhookId: id, eventKey: '1-a', event, replayOf: original?.id, by, at };
      const repeated = [await store.addDelivery(replay), await store.addDelivery(replay)];
      assert.deepEqual(
        repeated.map((delivery) => [delivery?.eventKey, delivery?.replayOf]),
        [
          ['1-a', original?.id],
          ['1-a', original?.id],
        ],
      );
      assert.equal((await store.listDue(id, 9)).length, 3);
      await store.disableWebhook({ id, reason: 'why', by, at });
      assert.equal(await store.addDelivery(replay), undefined);
    });

    storeTest(open, 'are listed newest first, by state, and page by page', async ({ store }) => {
      const { id } = await create(store);
      for (const eventKey of ['1-a', '2-a', '3-a']) await store.addDeliveries({ webhookIds: [id], eventKey, event });
      const made = ids(await store.listDue(id, 9));
      await claim(store);
      await store.settleTurn({ webhookId: id, claimant: 'a', attempts: [tried(made[1] ?? 0, { outcome: 'failed' })], restMs: 0 });
      const all = { state: undefined, before: undefined, limit: 2 };
      const first = await store.listDeliveries(id, all);
      assert.deepEqual([ids(first.items), first.more], [[made[2], made[1]], true]);
      const second = await store.listDeliveries(id, { ...all, before: made[1] });
      assert.deepEqual([ids(second.items), second.more], [[made[0]], false]);
      assert.deepEqual(ids((await store.listDeliveries(id, { ...all, state: 'failed' })).items), [made[1]]);
      assert.deepEqual(ids((await store.listDeliveries(id, { ...all, state: 'pending' })).items), [made[2], made[0]]);
    });

    storeTest(open, 'go with their webhook, and when they are old', async ({ store }) => {
      const { id } = await create(store);
      for (const eventKey of ['1-a', '2-a', '3-a']) await store.addDeliveries({ webhookIds: [id], eventKey, event });
      assert.equal(await store.removeDeliveries({ ageMs: 3_600_000, limit: 2 }), 0);
      assert.equal(await store.removeDeliveries({ ageMs: -1000, limit: 2 }), 2);
      assert.equal(await store.countPending(9), 1);
      const other = await create(store);
      await store.addDeliveries({ webhookIds: [id, other.id], eventKey: '4-a', event });
      assert.equal(await store.emptyWebhook({ id, limit: 1 }), 1);
      assert.equal(await store.countPending(9), 2);
      await store.deleteWebhook({ owner: undefined, id, by, at });
      assert.equal(await store.countPending(9), 1);
    });
  });
}
