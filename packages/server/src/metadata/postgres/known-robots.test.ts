import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { until, untilPromised } from '../../../../../test/security/until.ts';
import { by } from '../contract/contract-steps.ts';
import { PostgresBench } from './postgres-bench.ts';
import { openPostgresMetadata, type PostgresMetadata } from './postgres-metadata.ts';

const bench = PostgresBench.forThisFile();

async function openReplica(t: TestContext, url: string): Promise<PostgresMetadata> {
  const store = await openPostgresMetadata({ url, cacheBytes: 1_000_000 });
  t.after(() => store.close());
  await until(() => store.cacheFigures?.().isFresh === true);
  return store;
}

if (bench !== undefined) {
  test('a robot that one replica disables, rotates or deletes is no longer good on another within a second', async (t) => {
    const url = await bench.newDatabase();
    const [one, other] = [await openReplica(t, url), await openReplica(t, url)];
    const [secretHash, next] = [new Uint8Array(randomBytes(32)), new Uint8Array(randomBytes(32))];
    const at = 1;
    const made = await one.createRobot({
      project: undefined,
      name: 'ci',
      description: '',
      expiresAt: undefined,
      secretHash,
      permissions: [],
      by,
      at,
    });
    assert.ok(made.outcome === 'created');
    const key = { project: undefined, id: made.id };
    const { secretId } = (await other.findRobotBySecret(secretHash)) ?? assert.fail();
    const find = () => other.findRobotCredential({ id: made.id, secretId });
    const isKnown = async () => {
      const { hits } = other.cacheFigures?.() ?? assert.fail();
      await find();
      return (other.cacheFigures?.().hits ?? 0) > hits;
    };
    const becomes = async (isSo: (found: Awaited<ReturnType<typeof find>>) => boolean) => {
      await untilPromised(1000, async () => isSo(await find()));
      await find();
    };
    // Not when the server was not heard for a moment.
    await until(isKnown);
    const trust = await one.createRobotTrust({ ...key, kind: 'token', issuer: 'github', rule: 'true', by, at });
    assert.ok(trust.outcome === 'created');
    const bound = { id: made.id, trustId: trust.id };
    await until(async () => (await other.findTrustingRobot(bound)) !== undefined);
    await one.deleteRobotTrust({ ...key, trustId: trust.id, by, at });
    // What came of a trust ends with it.
    await untilPromised(1000, async () => (await other.findTrustingRobot(bound)) === undefined);
    await until(isKnown);
    const heard = other.cacheFigures?.().changes;
    await one.noteRobotUse({ id: made.id, secretId, address: '192.0.2.1', at });
    await until(isKnown);
    assert.equal(other.cacheFigures?.().changes, heard, 'a use is nothing that others must hear of');
    await one.updateRobot({ ...key, version: undefined, changes: { disabled: true }, by, at });
    await becomes((found) => found?.disabled === true);
    await one.rotateRobotSecret({ ...key, secretHash: next, oldUntil: at + 1, by, at });
    await becomes((found) => found?.secretExpiresAt === at + 1);
    await one.deleteRobot({ ...key, version: undefined, by, at });
    await becomes((found) => found === undefined);
    assert.equal(await other.findRobotBySecret(next), undefined);
  });
}
