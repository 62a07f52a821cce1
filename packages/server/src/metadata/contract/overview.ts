import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { requireTag } from '@longshore/oci';
import { maskOf } from '../../registry/action-mask.ts';
import { actions } from '../../registry/ports/authorizer.ts';
import type { KeptEvent, WebhookSettings } from '../../registry/ports/webhook-store.ts';
import { rangeOfPattern } from '../../registry/repository-pattern.ts';
import { newUser, pulledBy } from './access.ts';
import { app, by, foreign, type OpenStore, type StoreSteps, storeTest, web } from './contract-steps.ts';

const everything = { kind: 'everything' } as const;
const nothing = { kind: 'nothing' } as const;
const today = 20_000;

const settings: WebhookSettings = {
  name: 'hook',
  url: 'https://receiver.example/',
  events: [],
  repositories: '**',
  tags: '*',
  format: 'cloudevents',
  headerNames: [],
  hasSecret: false,
  previousSecretUntil: undefined,
  sealed: undefined,
  enabled: true,
};

async function readerOfOther(steps: StoreSteps) {
  const eve = await newUser(steps, 'eve');
  await steps.store.setProjectRole({ userId: eve.id, project: 'other', role: 'reader', by, at: steps.at });
  return pulledBy(eve);
}

/** Of one repository of `team` alone. */
async function readerOfPart(steps: StoreSteps) {
  const { store, at } = steps;
  const pat = await newUser(steps, 'pat');
  const range = rangeOfPattern('team', 'app') ?? assert.fail();
  const subject = { kind: 'user', name: 'pat' } as const;
  const authority = { actions: maskOf(actions), mayOrphan: false };
  await store.addMember({ scope: 'team', subject, role: 'reader', pattern: 'app', ...range, authority, by, at });
  return pulledBy(pat);
}

/** What an overview shows. */
export function describeOverview(open: OpenStore): void {
  describe('overview', () => {
    storeTest(open, 'recent pushes show each tag once, as it is now, of what is visible', async (steps) => {
      const { store } = steps;
      await steps.push(app, { tags: ['1', '2'] });
      await steps.push(foreign, { tags: ['1'] });
      steps.at += 5;
      const moved = await steps.push(app, { tags: ['1'] });
      await store.deleteTag({ repository: app, tag: requireTag('2'), by, at: steps.at });
      const pushes = async (visibility: Parameters<typeof store.listRecentPushes>[0], limit = 9) =>
        (await store.listRecentPushes(visibility, limit)).map(({ repository, tag }) => `${repository}:${tag}`);
      assert.deepEqual(await pushes(everything), ['team/app:1', 'other/app:1']);
      assert.deepEqual(await pushes(everything, 1), ['team/app:1']);
      assert.deepEqual(await pushes(nothing), []);
      assert.deepEqual(await pushes(await readerOfOther(steps)), ['other/app:1']);
      const [newest] = await store.listRecentPushes(everything, 1);
      assert.deepEqual([newest?.digest, newest?.at, newest?.by], [moved, steps.at, by.actor]);
    });

    storeTest(open, 'recent pushes are found behind hundreds of others', async (steps) => {
      const { store } = steps;
      await steps.push(foreign, { tags: ['1'] });
      await steps.push(app, { tags: Array.from({ length: 600 }, (_, number) => `t${number}`) });
      const found = await store.listRecentPushes(await readerOfOther(steps), 9);
      assert.deepEqual(
        found.map(({ repository }) => repository),
        [foreign],
      );
    });

    storeTest(open, 'what is pulled most, and on which days', async (steps) => {
      const { store, at } = steps;
      await steps.push(app, { tags: ['1', '2', '3'] });
      await steps.push(foreign, { tags: ['1'] });
      await steps.push(web, { tags: ['1'] });
      const pulled = (repository: typeof app, tag: string, pulls: number) => ({ repository, tag: requireTag(tag), pulls, lastAt: at });
      await store.notePulls({
        manifests: [],
        tags: [pulled(app, '1', 5), pulled(app, '2', 9), pulled(foreign, '1', 7), pulled(web, '1', 0)],
        projects: [
          { project: 'team', day: today, bytes: 10, pulls: 2 },
          { project: 'team', day: today - 1, bytes: 3, pulls: 1 },
          { project: 'other', day: today, bytes: 5, pulls: 1 },
        ],
        today,
      });
      const most = async (visibility: Parameters<typeof store.listMostPulled>[0]) =>
        (await store.listMostPulled(visibility, 9)).map(({ repository, tag, pulls }) => `${repository}:${tag} ${pulls}`);
      const seen = await readerOfOther(steps);
      assert.deepEqual(await most(everything), ['team/app:2 9', 'other/app:1 7', 'team/app:1 5']);
      assert.deepEqual(await most(seen), ['other/app:1 7']);
      assert.deepEqual(await most(nothing), []);
      assert.deepEqual(await store.sumDaysOfPulls(seen, today - 5), [{ day: today, bytes: 5, pulls: 1 }]);
      assert.equal(await store.sumDaysOfPulls(everything, today), undefined);
      assert.deepEqual(await store.sumDaysOfPulls(nothing, today), []);
      const ofPart = await readerOfPart(steps);
      assert.deepEqual(await most(ofPart), ['team/app:2 9', 'team/app:1 5']);
      assert.deepEqual(await store.sumDaysOfPulls(ofPart, today - 5), [], 'of a project that is seen in part nobody knows which');
      const use = await store.countUse(today - 1);
      assert.deepEqual(use.days, [
        { day: today - 1, bytes: 3, pulls: 1 },
        { day: today, bytes: 15, pulls: 3 },
      ]);
      assert.deepEqual((await store.countUse(today)).days, [{ day: today, bytes: 15, pulls: 3 }]);
      assert.equal(use.chargedBytes, 60, 'three manifests of twenty bytes');
    });

    storeTest(open, 'jobs that failed, and webhooks that fail', async ({ store, at }) => {
      const lease = { claimant: 'worker', leaseMs: 60_000 };
      for (const name of ['good', 'bad']) {
        const { id } = await store.enqueueJob({ name, input: {}, requestedBy: by.actor, at });
        await store.claimJob({ names: [name], ...lease });
        const ending = name === 'good' ? ({ outcome: 'done' } as const) : ({ outcome: 'failed', failure: 'why' } as const);
        await store.finishJob({ id, attempts: 1, ending, at, report: {} });
      }
      assert.deepEqual([await store.countFailedJobs(0), await store.countFailedJobs(Number.MAX_SAFE_INTEGER)], [1, 0]);
      const hook = await store.createWebhook({ owner: undefined, settings, by, at });
      assert.ok(typeof hook === 'object');
      const failing = () => store.listFailingWebhooks(Number.MAX_SAFE_INTEGER, 9);
      assert.deepEqual(await failing(), []);
      const event = { type: 'ping', at, actor: by.actor, data: {} } as unknown as KeptEvent;
      await store.addDeliveries({ webhookIds: [hook.id], eventKey: '1-a', event });
      const [due] = await store.listDue(hook.id, 1);
      await store.claimTurns({ claimant: 'a', holdMs: 60_000, limit: 10, mostFailing: 10 });
      const answered = { at, durationMs: 1, status: 500, request: '', answer: undefined, error: undefined };
      const attempts = [{ ...answered, deliveryId: due?.id ?? 0, outcome: 'retry' as const, delayMs: 0 }];
      await store.settleTurn({ webhookId: hook.id, claimant: 'a', attempts, restMs: 0 });
      const [found, ...others] = await failing();
      assert.deepEqual([found?.id, found?.disabledReason, typeof found?.failingSince, others], [hook.id, undefined, 'number', []]);
      assert.deepEqual(await store.listFailingWebhooks(0, 9), [], 'it has not failed for as long');
      await store.disableWebhook({ id: hook.id, reason: 'It failed.', by, at });
      assert.deepEqual(
        (await failing()).map(({ id, name, project, disabledReason }) => [id, name, project, disabledReason]),
        [[hook.id, 'hook', undefined, 'It failed.']],
      );
    });
  });
}
