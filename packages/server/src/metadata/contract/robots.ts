import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe } from 'node:test';
import { requireRepositoryName } from '@longshore/oci';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { RobotPermission } from '../../registry/ports/robot-store.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { by as agent, storeTest } from './contract-steps.ts';

const day = 24 * 60 * 60 * 1000;
const newHash = () => new Uint8Array(randomBytes(32));
const reader = (project: string | undefined, repositories = '**'): RobotPermission => ({ project, repositories, role: 'reader' });

/** A robot as most tests want it; answers its id. */
async function create(
  { store, at }: StoreSteps,
  parts: { project?: string; name?: string; secretHash?: Uint8Array; expiresAt?: number; permissions?: RobotPermission[] } = {},
): Promise<number> {
  const { project, name = 'ci', secretHash = newHash(), expiresAt, permissions = [] } = parts;
  const made = await store.createRobot({ project, name, description: 'builds', expiresAt, secretHash, permissions, by: agent, at });
  assert.ok(made.outcome === 'created', JSON.stringify(made));
  return made.id;
}

/** Makes projects as the first push does. */
async function makeProjects({ store, at }: StoreSteps, ...names: string[]): Promise<void> {
  for (const id of names) {
    await store.startUpload({ id, repository: requireRepositoryName(`${id}/app`), by: agent, algorithm: 'sha256', at });
  }
}

/** Robots: their secrets, permissions, and ends. */
export function describeRobots(open: OpenStore): void {
  describe('robots', () => {
    storeTest(open, 'a robot is made with its secret and permissions, and shows everything but the secret', async (steps) => {
      const { store, at } = steps;
      await makeProjects(steps, 'team');
      const secretHash = newHash();
      const permissions = [reader('team'), { project: 'team', repositories: 'app/**', role: 'writer' }];
      const id = await create(steps, { project: 'team', secretHash, expiresAt: at + day, permissions });
      const robot = (await store.findRobot({ project: 'team', id })) ?? assert.fail();
      const [secret] = robot.secrets;
      assert.deepEqual(robot, {
        id,
        project: 'team',
        name: 'ci',
        description: 'builds',
        disabled: false,
        expiresAt: at + day,
        createdAt: at,
        createdBy: agent.actor,
        version: 1,
        lastUsedAt: undefined,
        lastUsedAddress: undefined,
        secrets: [{ id: secret?.id, createdAt: at, expiresAt: undefined, lastUsedAt: undefined }],
        permissions,
      });
      assert.deepEqual(await store.findRobotBySecret(secretHash), {
        id,
        project: 'team',
        name: 'ci',
        disabled: false,
        expiresAt: at + day,
        epoch: 1,
        secretId: secret?.id,
        secretExpiresAt: undefined,
        secretLastUsedAt: undefined,
      });
      assert.equal(await store.findRobotBySecret(newHash()), undefined);
    });

    storeTest(open, 'nothing is made when a permission names what there is not', async (steps) => {
      const { store, at } = steps;
      await makeProjects(steps, 'team');
      const input = { name: 'ci', description: '', expiresAt: undefined, secretHash: newHash(), by: agent, at };
      const wrong: [RobotPermission, string][] = [
        [reader('gone'), 'unknown-project'],
        [{ ...reader('team'), role: 'emperor' }, 'unknown-role'],
        [reader('team', '*/app'), 'bad-pattern'],
        [reader(undefined, 'app'), 'bad-pattern'],
      ];
      for (const [permission, outcome] of wrong) {
        const permissions = [reader('team'), permission];
        assert.deepEqual(await store.createRobot({ ...input, project: undefined, permissions }), { outcome, index: 1 });
      }
      assert.deepEqual(await store.createRobot({ ...input, project: 'gone', permissions: [] }), { outcome: 'no-project' });
      assert.deepEqual(await store.listRobots(undefined, { limit: 9 }), { items: [], more: false });
    });

    storeTest(open, 'names are taken once in each project and once in the registry; lists go by name', async (steps) => {
      const { store, at } = steps;
      await makeProjects(steps, 'team', 'other');
      for (const project of ['team', 'other', undefined]) {
        await create(steps, { ...(project !== undefined && { project }), permissions: [reader(project)] });
        const again = { project, name: 'ci', description: '', expiresAt: undefined, secretHash: newHash(), permissions: [], by: agent, at };
        assert.deepEqual(await store.createRobot(again), { outcome: 'name-taken' });
      }
      for (const name of ['b', 'a', 'd']) await create(steps, { project: 'team', name });
      const namesOf = async (project: string | undefined, after?: string) => {
        const { items, more } = await store.listRobots(project, { limit: 2, after });
        return [...items.map((item) => `${item.project}/${item.name}`), ...(more ? ['more'] : [])];
      };
      assert.deepEqual(await namesOf('team'), ['team/a', 'team/b', 'more']);
      assert.deepEqual(await namesOf('team', 'b'), ['team/ci', 'team/d']);
      assert.deepEqual(await namesOf(undefined), ['undefined/ci']);
      assert.deepEqual(await namesOf('gone'), []);
      const [listed] = (await store.listRobots('other', { limit: 2 })).items;
      assert.deepEqual(listed?.permissions, [reader('other')]);
      assert.equal(listed?.secrets.length, 1);
    });

    storeTest(open, 'CVE-2022-31667: a robot is found, changed and deleted through its own project alone', async (steps) => {
      const { store, at } = steps;
      await makeProjects(steps, 'team', 'other');
      const id = await create(steps, { project: 'team' });
      for (const project of ['other', 'gone', undefined]) {
        const key = { project, id };
        assert.equal(await store.findRobot(key), undefined);
        const changes = { disabled: true };
        assert.deepEqual(await store.updateRobot({ ...key, version: 1, changes, by: agent, at }), { outcome: 'unknown' });
        assert.deepEqual(await store.deleteRobot({ ...key, version: undefined, by: agent, at }), { outcome: 'unknown' });
        assert.equal(await store.rotateRobotSecret({ ...key, secretHash: newHash(), oldUntil: at, by: agent, at }), false);
      }
      const global = await create(steps);
      assert.equal(await store.findRobot({ project: 'team', id: global }), undefined);
      assert.equal((await store.findRobot({ project: 'team', id }))?.version, 1);
    });

    storeTest(open, 'changes need the version, and permissions are replaced as a whole', async (steps) => {
      const { store, at } = steps;
      await makeProjects(steps, 'team', 'other');
      const secretHash = newHash();
      const id = await create(steps, { secretHash, permissions: [reader('team'), reader('other')] });
      const update = (version: number, changes: object) => store.updateRobot({ project: undefined, id, version, changes, by: agent, at });
      assert.deepEqual(await update(1, { permissions: [reader(undefined)], description: 'all' }), { outcome: 'changed' });
      assert.deepEqual(await update(1, { disabled: true }), { outcome: 'stale' });
      assert.deepEqual(await update(2, { permissions: [reader('gone')] }), { outcome: 'unknown-project', index: 0 });
      assert.deepEqual(await update(2, { expiresAt: at + day }), { outcome: 'changed' });
      assert.deepEqual(await update(3, { expiresAt: null, disabled: true }), { outcome: 'changed' });
      const robot = (await store.findRobot({ project: undefined, id })) ?? assert.fail();
      const { version, description, expiresAt, disabled, permissions } = robot;
      assert.deepEqual(
        { version, description, expiresAt, disabled, permissions },
        { version: 4, description: 'all', expiresAt: undefined, disabled: true, permissions: [reader(undefined)] },
      );
      assert.equal((await store.findRobotBySecret(secretHash))?.epoch, 2);
      await update(4, { disabled: true });
      await update(5, { disabled: false });
      assert.equal((await store.findRobotBySecret(secretHash))?.epoch, 2, 'only disabling ends what was issued');
      assert.deepEqual(await store.deleteRobot({ project: undefined, id, version: 5, by: agent, at }), { outcome: 'stale' });
    });

    storeTest(open, 'a secret that is replaced ends when the caller says; there are two at most', async (steps) => {
      const { store, at } = steps;
      const [first, second, third, fourth] = [newHash(), newHash(), newHash(), newHash()];
      const id = await create(steps, { secretHash: first });
      const rotate = (secretHash: Uint8Array, oldUntil: number) =>
        store.rotateRobotSecret({ project: undefined, id, secretHash, oldUntil, by: agent, at });
      const endOf = async (hash: Uint8Array) => {
        const found = await store.findRobotBySecret(hash);
        return found === undefined ? 'gone' : found.secretExpiresAt;
      };
      assert.equal(await rotate(second, at + day), true);
      assert.deepEqual([await endOf(first), await endOf(second)], [at + day, undefined]);
      await rotate(third, at + 2 * day);
      assert.deepEqual([await endOf(first), await endOf(second), await endOf(third)], ['gone', at + 2 * day, undefined]);
      await rotate(fourth, at);
      assert.deepEqual([await endOf(second), await endOf(third), await endOf(fourth)], ['gone', 'gone', undefined]);
      const robot = await store.findRobot({ project: undefined, id });
      assert.equal(robot?.version, 4);
      const [secret] = robot?.secrets ?? [];
      assert.ok(secret !== undefined);
      const bound = { id, secretId: secret.id };
      assert.equal((await store.findRobotCredential(bound))?.name, 'ci');
      assert.equal(await store.findRobotCredential({ ...bound, id: id + 1 }), undefined);
      assert.equal(await store.findRobotCredential({ ...bound, secretId: secret.id - 1 }), undefined);
    });

    storeTest(open, 'the latest use stays, of robot and secret', async (steps) => {
      const { store, at } = steps;
      const secretHash = newHash();
      const id = await create(steps, { secretHash });
      const secretId = (await store.findRobotBySecret(secretHash))?.secretId ?? assert.fail();
      await store.noteRobotUse({ id, secretId, address: '192.0.2.1', at: at + 3 });
      await store.noteRobotUse({ id, secretId, address: '192.0.2.2', at: at + 2 });
      const robot = await store.findRobot({ project: undefined, id });
      assert.deepEqual([robot?.lastUsedAt, robot?.lastUsedAddress, robot?.version], [at + 3, '192.0.2.1', 1]);
      assert.equal((await store.findRobotBySecret(secretHash))?.secretLastUsedAt, at + 3);
    });

    storeTest(open, 'a robot that is deleted leaves nothing to the next one of its name', async (steps) => {
      const { store, at } = steps;
      await makeProjects(steps, 'team');
      const secretHash = newHash();
      const id = await create(steps, { project: 'team', secretHash, permissions: [reader('team')] });
      const rolesOf = async (robotId: number) =>
        (await store.findAccess({ kind: 'robot', id: robotId }, { project: 'team', ...namesOfProject('team') })).roles.map(
          ({ name }) => name,
        );
      assert.deepEqual(await rolesOf(id), ['reader']);
      assert.deepEqual(await store.deleteRobot({ project: 'team', id, version: 1, by: agent, at }), { outcome: 'changed' });
      assert.deepEqual(await rolesOf(id), [], 'its roles may go now');
      assert.equal(await store.findRobotBySecret(secretHash), undefined);
      const next = await create(steps, { project: 'team' });
      assert.ok(next > id);
      assert.deepEqual((await store.findRobot({ project: 'team', id: next }))?.permissions, []);
    });

    storeTest(open, 'harbor#22900: robots end with their project at once, and a new one of its name has none', async (steps) => {
      const { store, at } = steps;
      await makeProjects(steps, 'team');
      const [ofTeam, ofRegistry] = [newHash(), newHash()];
      const id = await create(steps, { project: 'team', secretHash: ofTeam, expiresAt: at + day, permissions: [reader('team')] });
      const global = await create(steps, { secretHash: ofRegistry, permissions: [reader('team')] });
      const { secretId } = (await store.findRobotBySecret(ofTeam)) ?? assert.fail();
      await store.deleteTenant({ name: 'team', version: undefined, force: true, by: agent, at });
      assert.equal(await store.findRobotBySecret(ofTeam), undefined);
      assert.equal(await store.findRobotCredential({ id, secretId }), undefined);
      await store.announceRobotExpiry({ before: at + 7 * day, at, limit: 9, by: systemAgent('robots') });
      assert.ok(!(await steps.events()).some(({ type }) => type === 'robot.expiring'), 'it is nobodys any more');
      assert.deepEqual((await store.findRobot({ project: undefined, id: global }))?.permissions, []);
      assert.ok((await store.findRobotBySecret(ofRegistry)) !== undefined);
      await store.startUpload({ id: 'again', repository: requireRepositoryName('team/app'), by: agent, algorithm: 'sha256', at });
      assert.deepEqual((await store.listRobots('team', { limit: 9 })).items, []);
      assert.equal(await store.findRobot({ project: 'team', id }), undefined);
    });

    storeTest(open, 'expiry is announced seven days before and when it comes, once each', async (steps) => {
      const { store, at } = steps;
      await makeProjects(steps, 'team');
      const by = systemAgent('robots');
      const announce = async (now: number, limit = 10) => {
        const more = await store.announceRobotExpiry({ before: now + 7 * day, at: now, limit, by });
        const told = (await steps.events()).filter(({ type }) => type.startsWith('robot.'));
        return [...told.map(({ type, data }) => `${type} ${data['project'] ?? ''}/${data['robot']}`).sort(), ...(more ? ['more'] : [])];
      };
      const id = await create(steps, { project: 'team', expiresAt: at + 8 * day });
      await create(steps, { name: 'endless' });
      const gone = newHash();
      const rotated = await create(steps, { name: 'rotated', secretHash: gone });
      await store.rotateRobotSecret({ project: undefined, id: rotated, secretHash: newHash(), oldUntil: at + day, by: agent, at });
      assert.deepEqual(await announce(at), []);
      assert.ok((await store.findRobotBySecret(gone)) !== undefined);
      assert.deepEqual(await announce(at + day), ['robot.expiring team/ci']);
      assert.equal(await store.findRobotBySecret(gone), undefined, 'a secret that has ended is forgotten');
      assert.deepEqual(await announce(at + 2 * day), []);
      assert.deepEqual(await announce(at + 8 * day), ['robot.expired team/ci']);
      assert.deepEqual(await announce(at + 9 * day), []);
      const later = { expiresAt: at + 10 * day };
      await store.updateRobot({ project: 'team', id, version: 1, changes: later, by: agent, at });
      assert.deepEqual(await announce(at + 9 * day), ['robot.expiring team/ci'], 'a new end is announced anew');
      await create(steps, { name: 'short', expiresAt: at + 1 });
      assert.deepEqual(await announce(at + 20 * day, 1), ['robot.expired /short', 'more']);
      assert.deepEqual(await announce(at + 20 * day, 1), ['robot.expired team/ci', 'more']);
      assert.deepEqual(await announce(at + 20 * day, 1), []);
    });
  });
}
