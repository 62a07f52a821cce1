import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe } from 'node:test';
import type { User } from '../../registry/ports/account-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { by, type OpenStore, storeTest } from './contract-steps.ts';

const hash = () => new Uint8Array(randomBytes(32));

async function addUser(store: MetadataStore, name: string, at: number): Promise<User> {
  return (await store.createUser({ name, passwordHash: 'hash', administrator: false, at })) ?? assert.fail();
}

function begin(store: MetadataStore, user: User, at: number, secretHash = hash()) {
  const { id: userId, version: userVersion } = user;
  const origin = { address: '192.0.2.1', userAgent: 'a browser' };
  const proved = { provider: 'password', createdAt: at, provedAt: at - 7 };
  return store.createSession({ secretHash, userId, userVersion, ...proved, expiresAt: at + 1000, ...origin, by });
}

async function actions(store: MetadataStore): Promise<string[]> {
  const { items } = await store.listAudit({}, { limit: 50, after: undefined });
  return items.map(({ action, resource }) => `${action} ${resource.name}`).reverse();
}

/** Sessions, second factors, devices. */
export function describeSignIns(open: OpenStore): void {
  describe('sessions', () => {
    storeTest(open, 'are found by their hash with their user, and end by themselves or with him', async ({ store, at }) => {
      const alice = await addUser(store, 'alice', at);
      const bob = await addUser(store, 'bob', at);
      const [first, second] = [hash(), hash()];
      const session = (await begin(store, alice, at, first)) ?? assert.fail();
      assert.deepEqual(await store.findSession(first), { session, user: alice });
      assert.equal(session.lastSeenAt, at);
      assert.equal(await store.findSession(second), undefined);
      await store.noteSessionUse({ id: session.id, at: at + 9 });
      await store.noteSessionUse({ id: session.id, at: at + 8 });
      const other = (await begin(store, alice, at, second)) ?? assert.fail();
      const seen = { ...session, lastSeenAt: at + 9 };
      assert.deepEqual(await store.listSessionPage(alice.id, { limit: 1, after: undefined }), { items: [seen], more: true });
      assert.deepEqual(await store.listSessionPage(alice.id, { limit: 1, after: session.id }), { items: [other], more: false });
      assert.equal(await store.endSession({ id: session.id, userId: bob.id, by, at }), false, 'through its own user alone');
      assert.equal(await store.endSession({ id: session.id, userId: alice.id, by, at }), true);
      assert.equal(await store.findSession(first), undefined);
      await store.deleteUser({ id: alice.id });
      assert.equal(await store.findSession(second), undefined);
      assert.deepEqual(await actions(store), ['session.created alice', 'session.created alice', 'session.ended alice']);
    });

    storeTest(open, 'begin for no user who has changed meanwhile, and for nobody more than fifty', async ({ store, at }) => {
      const alice = await addUser(store, 'alice', at);
      assert.equal(await begin(store, { ...alice, version: 2 }, at), undefined);
      for (let count = 0; count < 52; count += 1) await begin(store, alice, at);
      assert.equal((await store.listSessionPage(alice.id, { limit: 60, after: undefined })).items.length, 50);
      await store.updateUser({ id: alice.id, disabled: true, at });
      assert.equal(await begin(store, { ...alice, version: 2 }, at), undefined);
    });

    storeTest(open, 'are forgotten when they are over, or were not seen for long', async ({ store, at }) => {
      const alice = await addUser(store, 'alice', at);
      const [over, idle, kept] = [hash(), hash(), hash()];
      await begin(store, alice, at - 1000, over);
      await begin(store, alice, at - 20, idle);
      await begin(store, alice, at, kept);
      assert.equal(await store.removeEndedSignIns({ at, idleSince: at - 10, limit: 1 }), 2);
      assert.equal(await store.removeEndedSignIns({ at, idleSince: at - 10, limit: 1 }), 0);
      assert.equal((await store.findSession(kept))?.user.name, 'alice');
    });
  });

  describe('second factors', () => {
    storeTest(open, 'begin with a first code, which raises the version, and end with their user', async ({ store, at }) => {
      const { id: userId, version } = await addUser(store, 'alice', at);
      const codes = [hash(), hash()];
      assert.equal(await store.findSecondFactor(userId), undefined);
      assert.equal(await store.beginSecondFactor({ userId, sealedSecret: 'first', by, at }), true);
      assert.equal(await store.beginSecondFactor({ userId, sealedSecret: 'second', by, at }), true);
      const confirmed = { userId, step: 7, codeHashes: codes, by, at };
      assert.equal(await store.useStep({ userId, step: 8 }), false, 'not confirmed yet');
      assert.equal(await store.confirmSecondFactor({ ...confirmed, sealedSecret: 'first' }), false);
      assert.deepEqual((await store.findUser({ id: userId }))?.version, version);
      assert.equal(await store.confirmSecondFactor({ ...confirmed, sealedSecret: 'second' }), true);
      assert.equal(await store.confirmSecondFactor({ ...confirmed, sealedSecret: 'second' }), false);
      assert.equal(await store.beginSecondFactor({ userId, sealedSecret: 'third', by, at }), false);
      const user = await store.findUser({ id: userId });
      assert.deepEqual([user?.version, user?.secondFactor], [version + 1, true]);
      const factor = { sealedSecret: 'second', confirmed: true, lastStep: 7, recoveryCodes: 2 };
      assert.deepEqual(await store.findSecondFactor(userId), factor);
      assert.equal(await store.beginSecondFactor({ userId: userId + 1, sealedSecret: 'x', by, at }), false, 'nobody');
      await store.deleteUser({ id: userId });
      assert.equal(await store.findSecondFactor(userId), undefined);
    });

    storeTest(open, 'take each step and each recovery code once, and can be removed', async ({ store, at }) => {
      const { id: userId, version } = await addUser(store, 'alice', at);
      const codes = [hash(), hash()];
      assert.equal(await store.removeSecondFactor({ userId, by, at }), false);
      assert.equal((await store.findUser({ id: userId }))?.version, version);
      await store.beginSecondFactor({ userId, sealedSecret: 's', by, at });
      await store.confirmSecondFactor({ userId, sealedSecret: 's', step: 7, codeHashes: codes, by, at });
      const steps = [7, 9, 9, 8, 10].map((step) => () => store.useStep({ userId, step }));
      const answers: boolean[] = [];
      for (const use of steps) answers.push(await use());
      assert.deepEqual(answers, [false, true, false, false, true]);
      const races = await Promise.all([1, 2, 3].map(() => store.useStep({ userId, step: 11 })));
      assert.equal(races.filter(Boolean).length, 1);
      const use = (codeHash = hash()) => store.useRecoveryCode({ userId, codeHash, by, at });
      assert.deepEqual([await use(), await use(codes[0]), await use(codes[0]), await use(codes[1])], [undefined, 1, undefined, 0]);
      assert.equal(await store.removeSecondFactor({ userId, by, at }), true);
      const user = await store.findUser({ id: userId });
      assert.deepEqual([user?.version, user?.secondFactor], [version + 2, false]);
      assert.deepEqual(await actions(store), [
        'second-factor.begun alice',
        'second-factor.confirmed alice',
        'recovery-code.used alice',
        'recovery-code.used alice',
        'second-factor.removed alice',
      ]);
    });
  });

  describeDevices(open);
}

function describeDevices(open: OpenStore): void {
  describe('devices', () => {
    const origin = { address: '192.0.2.9', network: '192.0.2.9', most: 2, mostInAll: 99 };
    const requestId = 'request-2';

    storeTest(open, 'wait, are let in by a user, and get their token once', async ({ store, at }) => {
      const { id: userId, version: userVersion } = await addUser(store, 'alice', at);
      const [deviceHash, userCodeHash, secretHash] = [hash(), hash(), hash()];
      const expiresAt = at + 600_000;
      assert.equal(await store.startDevice({ deviceHash, userCodeHash, name: 'laptop', ...origin, at, expiresAt }), true);
      assert.equal(await store.startDevice({ deviceHash: hash(), userCodeHash, name: 'other', ...origin, at, expiresAt }), false);
      const poll = (when: number) =>
        store.pollDevice({ deviceHash, secretHash, lifetimeMs: 99, address: '192.0.2.9', requestId, at: when });
      assert.deepEqual(await poll(at), { outcome: 'pending' });
      assert.deepEqual(await poll(at + 5000), { outcome: 'pending' });
      assert.deepEqual(await poll(at + 6000), { outcome: 'slow-down' });
      assert.deepEqual(await poll(at + 11_000), { outcome: 'slow-down' }, 'ten seconds now');
      assert.deepEqual(await poll(at + 30_000), { outcome: 'pending' });
      const device = (await store.findDevice(userCodeHash, at)) ?? assert.fail();
      assert.deepEqual(device, { id: device.id, name: 'laptop', address: '192.0.2.9', createdAt: at, expiresAt });
      assert.equal(await store.findDevice(userCodeHash, expiresAt), undefined);
      const decide = (version: number) => store.decideDevice({ id: device.id, userId, userVersion: version, allow: true, by, at });
      assert.deepEqual([await decide(userVersion + 1), await decide(userVersion), await decide(userVersion)], [false, true, false]);
      assert.equal(await store.findDevice(userCodeHash, at), undefined);
      const token = await poll(at + 30_001);
      assert.ok(token.outcome === 'token');
      assert.deepEqual(token, { outcome: 'token', id: token.id, userName: 'alice', expiresAt: at + 30_100 });
      assert.equal((await store.findAccessToken(secretHash))?.token.name, 'laptop');
      assert.equal(await store.isDevice(deviceHash), false);
      assert.deepEqual(await poll(at + 40_000), { outcome: 'expired' });
      assert.deepEqual(await actions(store), ['device.allowed laptop', `access-token.created ${token.id}`]);
    });

    storeTest(open, 'get none when they are denied, too late, too many, or their user has changed', async ({ store, at }) => {
      const { id: userId, version: userVersion } = await addUser(store, 'alice', at);
      const start = async (most = 9, mostInAll = 9, network = '192.0.2.9') => {
        const [deviceHash, userCodeHash] = [hash(), hash()];
        const asked = { deviceHash, userCodeHash, name: 'd', address: '', network, most, mostInAll, at, expiresAt: at + 100 };
        const started = await store.startDevice(asked);
        const device = await store.findDevice(userCodeHash, at);
        const allow = (yes: boolean) => store.decideDevice({ id: device?.id ?? 0, userId, userVersion, allow: yes, by, at });
        const poll = async (when = at) =>
          (await store.pollDevice({ deviceHash, secretHash: hash(), lifetimeMs: 9, address: '', requestId, at: when })).outcome;
        return { started, allow, poll, deviceHash };
      };
      const [denied, late, changed] = [await start(), await start(), await start()];
      assert.equal((await start(3)).started, false);
      assert.equal((await start(3, 3, '192.0.2.10')).started, false, 'nor of another network when there are too many in all');
      assert.equal(await store.isDevice(denied.deviceHash), true);
      await denied.allow(false);
      assert.deepEqual([await denied.poll(), await denied.poll()], ['denied', 'expired']);
      await late.allow(true);
      assert.equal(await late.poll(at + 100), 'expired');
      await changed.allow(true);
      await store.updateUser({ id: userId, passwordHash: 'new', at });
      assert.equal(await changed.poll(), 'denied');
      await store.removeEndedSignIns({ at: at + 100, idleSince: at, limit: 10 });
      assert.equal(await store.isDevice(late.deviceHash), false);
    });
  });
}
