import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { DueLink } from '../../registry/ports/external-account-store.ts';
import { type Renewal, recheckPeople } from './recheck.ts';

const ignore = () => undefined;

/** Whom a recheck of these people, in this order, ended. */
async function endedOf(answers: Readonly<Record<string, Renewal>>): Promise<string[]> {
  const due = Object.keys(answers).map(
    (externalId, id): DueLink => ({
      ...{ id, userId: id, provider: 'corp', externalId, externalName: externalId, email: undefined },
      ...{ createdAt: 0, lastSeenAt: 0, renewal: 'sealed' },
    }),
  );
  const ended: string[] = [];
  await recheckPeople(
    {
      provider: 'corp',
      ask: async ({ externalId }) => answers[externalId],
      accounts: {
        claimDueLinks: async () => due.splice(0),
        endExternal: async ({ externalId }) => {
          ended.push(externalId);
          return true;
        },
      },
      external: { renew: () => assert.fail('nobody was renewed') },
      ...{ decidesAdministrators: false, suspends: false, by: systemAgent('test') },
      intervalMs: 60_000,
      logger: { info: ignore, warn: ignore, error: ignore },
      now: Date.now,
    },
    new AbortController().signal,
  );
  return ended;
}

const ended = { kind: 'ended', detail: 'invalid_grant' } as const;

test('somebody about whom the provider gives no useful answer keeps nobody else in', async () => {
  assert.deepEqual(await endedOf({ crowded: { kind: 'unknown', detail: 'too many groups' }, gone: ended }), ['gone']);
});

test('a provider that is away is asked about nobody else', async () => {
  assert.deepEqual(await endedOf({ first: { kind: 'away', detail: 'it did not answer in time' }, second: ended }), []);
});
