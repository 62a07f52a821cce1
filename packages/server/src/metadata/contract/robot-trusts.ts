import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe } from 'node:test';
import { requireRepositoryName } from '@longshore/oci';
import { mostTrusts } from '../../registry/ports/robot-trust-store.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { by, storeTest } from './contract-steps.ts';

const rule = 'claims.sub == "repo:octo/app:ref:refs/heads/main"';
const github = { kind: 'token', issuer: 'github' } as const;

/** A robot of a project, or of the registry; answers its key. */
async function robotOf({ store, at }: StoreSteps, project: string | undefined, name = 'ci') {
  if (project !== undefined) {
    const repository = requireRepositoryName(`${project}/app`);
    await store.startUpload({ id: `${project}-${name}`, repository, by, algorithm: 'sha256', at });
  }
  const secretHash = new Uint8Array(randomBytes(32));
  const made = await store.createRobot({ project, name, description: '', expiresAt: undefined, secretHash, permissions: [], by, at });
  assert.ok(made.outcome === 'created', JSON.stringify(made));
  return { project, id: made.id };
}

/** Whom robots trust. */
export function describeRobotTrusts(open: OpenStore): void {
  describe('trusts of robots', () => {
    storeTest(open, 'a trust is found by its issuer, by its robot, and by what tokens are bound to', async (steps) => {
      const { store, at } = steps;
      const [one, other, global] = [await robotOf(steps, 'team'), await robotOf(steps, 'other'), await robotOf(steps, undefined)];
      const trustOf = async (key: typeof one | typeof global, more: object = {}) => {
        const made = await store.createRobotTrust({ ...key, ...github, rule, by, at, ...more });
        assert.ok(made.outcome === 'created', JSON.stringify(made));
        return made.id;
      };
      const ids = [await trustOf(one), await trustOf(other), await trustOf(global)];
      await trustOf(one, { issuer: 'gitlab' });
      await trustOf(one, { kind: 'certificate' });
      const find = async (robot: { project: string | undefined; name: string } | undefined, limit = 9) =>
        (await store.findTrustingRobots({ ...github, robot, limit })).map(({ trustId }) => trustId);
      assert.deepEqual(await find(undefined), ids);
      assert.deepEqual(await find(undefined, 2), ids.slice(0, 2));
      assert.deepEqual(await find({ project: 'team', name: 'ci' }), [ids[0]]);
      assert.deepEqual(await find({ project: undefined, name: 'ci' }), [ids[2]]);
      assert.deepEqual(await find({ project: 'team', name: 'none' }), []);
      assert.deepEqual(await find({ project: 'none', name: 'ci' }), []);
      const ofProject = async (project: string, limit = 9) =>
        (await store.findTrustingRobots({ ...github, robot: undefined, project, limit })).map((found) => found.trustId);
      assert.deepEqual(await ofProject('team'), [ids[0], ids[2]], 'its own, and those of the whole registry');
      assert.deepEqual(await ofProject('none', 1), [ids[2]], 'however many others there are');
      const [trustId = 0] = ids;
      const found = { id: one.id, project: 'team', name: 'ci', disabled: false, expiresAt: undefined, epoch: 1, trustId, rule };
      assert.deepEqual(await store.findTrustingRobot({ id: one.id, trustId }), found);
      assert.equal(await store.findTrustingRobot({ id: other.id, trustId }), undefined);
      await store.updateRobot({ ...one, version: undefined, changes: { disabled: true, expiresAt: at + 5 }, by, at });
      assert.deepEqual(await store.findTrustingRobot({ id: one.id, trustId }), { ...found, disabled: true, expiresAt: at + 5, epoch: 2 });
      assert.deepEqual((await store.listRobotTrusts(global)).length, 1);
      await store.deleteRobot({ ...global, version: undefined, by, at });
      assert.deepEqual(await find({ project: undefined, name: 'ci' }), [], 'it goes with its robot');
    });

    storeTest(
      open,
      'CVE-2022-31667: a trust is made, listed and deleted through its own robot, and that through its project',
      async (steps) => {
        const { store, at } = steps;
        const [one, other] = [await robotOf(steps, 'team'), await robotOf(steps, 'other')];
        const elsewhere = [
          { ...one, project: 'other' },
          { ...one, project: undefined },
          { ...one, id: 99 },
        ];
        for (const key of elsewhere) {
          assert.deepEqual(await store.createRobotTrust({ ...key, ...github, rule, by, at }), { outcome: 'unknown' });
        }
        const made = await store.createRobotTrust({ ...one, ...github, rule, by, at });
        assert.ok(made.outcome === 'created');
        for (const key of [...elsewhere, other]) {
          assert.deepEqual(await store.listRobotTrusts(key), []);
          assert.equal(await store.deleteRobotTrust({ ...key, trustId: made.id, by, at }), false);
        }
        const trust = { id: made.id, ...github, rule, createdAt: at, createdBy: by.actor, lastUsedAt: undefined };
        assert.deepEqual(await store.listRobotTrusts(one), [trust]);
        assert.equal(await store.deleteRobotTrust({ ...one, trustId: made.id, by, at }), true);
        assert.equal(await store.findTrustingRobot({ id: one.id, trustId: made.id }), undefined);
        const { items } = await store.listAudit({ project: 'team' }, { limit: 9, after: undefined });
        const told = items.filter(({ action }) => action.startsWith('robot.trust-')).map(({ action, detail }) => [action, detail['rule']]);
        assert.deepEqual(told, [
          ['robot.trust-deleted', rule],
          ['robot.trust-created', rule],
        ]);
      },
    );

    storeTest(open, 'a robot has few trusts, and none once its project is deleted', async (steps) => {
      const { store, at } = steps;
      const key = await robotOf(steps, 'team');
      const add = () => store.createRobotTrust({ ...key, ...github, rule, by, at });
      const first = await add();
      assert.ok(first.outcome === 'created');
      for (let made = 1; made < mostTrusts; made += 1) await add();
      assert.deepEqual(await add(), { outcome: 'too-many' });
      await store.deleteTenant({ name: 'team', version: undefined, force: true, by, at });
      assert.deepEqual(await store.findTrustingRobots({ ...github, robot: undefined, limit: 9 }), []);
      assert.deepEqual(await store.findTrustingRobots({ ...github, robot: { project: 'team', name: 'ci' }, limit: 9 }), []);
      assert.equal(await store.findTrustingRobot({ id: key.id, trustId: first.id }), undefined);
    });

    storeTest(open, 'a use is noted once a minute, of robot and trust', async (steps) => {
      const { store, at } = steps;
      const key = await robotOf(steps, undefined);
      const made = await store.createRobotTrust({ ...key, ...github, rule, by, at });
      assert.ok(made.outcome === 'created');
      const use = (address: string, later: number) => store.noteTrustUse({ id: key.id, trustId: made.id, address, at: at + later });
      await use('192.0.2.1', 0);
      await use('192.0.2.2', 59_999);
      assert.equal((await store.findRobot(key))?.lastUsedAddress, '192.0.2.1');
      await use('192.0.2.3', 60_001);
      assert.equal((await store.listRobotTrusts(key))[0]?.lastUsedAt, at + 60_001);
      assert.equal((await store.findRobot(key))?.lastUsedAddress, '192.0.2.3');
    });
  });
}
