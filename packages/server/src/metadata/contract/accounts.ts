import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe } from 'node:test';
import type { SigningKey } from '../../registry/ports/account-store.ts';
import type { OpenStore } from './contract-steps.ts';
import { storeTest } from './contract-steps.ts';

/** Users, tokens, keys, login delays. */
export function describeAccounts(open: OpenStore): void {
  describe('accounts', () => {
    storeTest(open, 'users are found by name and id, and change with their version', async ({ store, at }) => {
      const alice = (await store.createUser({ name: 'alice', passwordHash: 'hash', administrator: true, at })) ?? assert.fail();
      assert.deepEqual(alice, {
        id: alice.id,
        name: 'alice',
        administrator: true,
        disabled: false,
        passwordHash: 'hash',
        version: 1,
        secondFactor: false,
      });
      assert.equal(await store.createUser({ name: 'alice', passwordHash: undefined, administrator: false, at }), undefined);
      const bob = (await store.createUser({ name: 'Alice', passwordHash: undefined, administrator: false, at })) ?? assert.fail();
      assert.deepEqual(await store.findUser({ name: 'alice' }), alice);
      assert.deepEqual(await store.findUser({ id: bob.id }), bob);
      assert.equal(await store.findUser({ name: 'nobody' }), undefined);
      assert.deepEqual(await store.listUsers(), [bob, alice]);
      assert.equal(await store.updateUser({ id: alice.id, disabled: true, at }), true);
      assert.equal(await store.updateUser({ id: alice.id, passwordHash: 'new', administrator: false, at }), true);
      assert.deepEqual(await store.findUser({ id: alice.id }), {
        ...alice,
        administrator: false,
        disabled: true,
        passwordHash: 'new',
        version: 3,
      });
      assert.equal(await store.updateUser({ id: 999, disabled: true, at }), false);
    });

    storeTest(open, 'tokens belong to their user and go with it; ids are never given again', async ({ store, at }) => {
      const user = (await store.createUser({ name: 'alice', passwordHash: undefined, administrator: false, at })) ?? assert.fail();
      const [secretHash, otherHash] = [new Uint8Array(randomBytes(32)), new Uint8Array(randomBytes(32))];
      const token = await store.createAccessToken({ userId: user.id, name: 'ci', secretHash, at, expiresAt: at + 5 });
      assert.deepEqual(token, { id: token.id, userId: user.id, name: 'ci', createdAt: at, expiresAt: at + 5, lastUsedAt: undefined });
      const endless = await store.createAccessToken({ userId: user.id, name: 'ci', secretHash: otherHash, at, expiresAt: undefined });
      assert.deepEqual(await store.findAccessToken(secretHash), { token, user });
      assert.equal(await store.findAccessToken(randomBytes(32)), undefined);
      await store.noteAccessTokenUse({ id: token.id, at: at + 3 });
      await store.noteAccessTokenUse({ id: token.id, at: at + 2 });
      assert.deepEqual(await store.listAccessTokens(user.id), [{ ...token, lastUsedAt: at + 3 }, endless]);
      assert.equal(await store.deleteAccessToken({ id: endless.id, userId: user.id + 1 }), false);
      assert.equal(await store.deleteAccessToken({ id: endless.id, userId: user.id }), true);
      assert.equal(await store.deleteUser({ id: user.id }), true);
      assert.equal(await store.deleteUser({ id: user.id }), false);
      assert.equal(await store.findAccessToken(secretHash), undefined);
      const next = await store.createUser({ name: 'alice', passwordHash: undefined, administrator: false, at });
      assert.ok((next?.id ?? 0) > user.id);
    });

    storeTest(open, 'users are listed in pages by name, all of them or those of a prefix', async ({ store, at }) => {
      const names = ['Zoe', 'al', 'alice', 'alina', 'bob'];
      for (const name of names.toReversed()) await store.createUser({ name, passwordHash: undefined, administrator: false, at });
      const page = async (prefix: string | undefined, after: string | undefined, limit = 2) => {
        const { items, more } = await store.listUserPage({ prefix }, { limit, after });
        return [items.map(({ name }) => name).join(' '), more];
      };
      assert.deepEqual(await page(undefined, undefined), ['Zoe al', true]);
      assert.deepEqual(await page(undefined, 'al'), ['alice alina', true]);
      assert.deepEqual(await page(undefined, 'alina'), ['bob', false]);
      assert.deepEqual(await page(undefined, undefined, 5), [names.join(' '), false]);
      assert.deepEqual(await page('al', undefined), ['al alice', true]);
      assert.deepEqual(await page('al', 'alice'), ['alina', false]);
      assert.deepEqual(await page('ali', 'al'), ['alice alina', false]);
      assert.deepEqual(await page('al', 'bob'), ['', false]);
      assert.deepEqual(await page('%', undefined), ['', false]);
    });

    storeTest(open, 'tokens of a user are listed in pages, the oldest first, and nobody else his', async ({ store, at }) => {
      const create = async (name: string) =>
        (await store.createUser({ name, passwordHash: undefined, administrator: false, at })) ?? assert.fail();
      const [alice, bob] = [await create('alice'), await create('bob')];
      const add = (userId: number, name: string) =>
        store.createAccessToken({ userId, name, secretHash: new Uint8Array(randomBytes(32)), at, expiresAt: undefined });
      const [first, foreign] = [await add(alice.id, 'z'), await add(bob.id, 'y')];
      const [second, third] = [await add(alice.id, 'x'), await add(alice.id, 'w')];
      const page = (userId: number, after: number | undefined) => store.listAccessTokenPage(userId, { limit: 2, after });
      assert.deepEqual(await page(alice.id, undefined), { items: [first, second], more: true });
      assert.deepEqual(await page(alice.id, second.id), { items: [third], more: false });
      assert.deepEqual(await page(alice.id, third.id), { items: [], more: false });
      assert.deepEqual(await page(bob.id, undefined), { items: [foreign], more: false });
      assert.deepEqual(await page(bob.id + 1, undefined), { items: [], more: false });
    });

    storeTest(open, 'signing keys are listed the oldest first, until they expire', async ({ store, at }) => {
      const key = (id: string, age: number): SigningKey => ({
        id,
        algorithm: 'EdDSA',
        publicKey: '{}',
        sealedPrivateKey: 'sealed',
        createdAt: at - age,
        retiresAt: at + 50 - age,
        expiresAt: at + 100 - age,
      });
      await store.addSigningKey(key('new', 0));
      await store.addSigningKey(key('old', 60));
      assert.deepEqual(await store.listSigningKeys(), [key('old', 60), key('new', 0)]);
      await store.deleteExpiredSigningKeys({ at: at + 39 });
      assert.equal((await store.listSigningKeys()).length, 2);
      await store.deleteExpiredSigningKeys({ at: at + 40 });
      assert.deepEqual(await store.listSigningKeys(), [key('new', 0)]);
    });

    storeTest(open, 'failed logins are counted per key within a window', async ({ store, at }) => {
      const note = (key: string, when: number) => store.noteLoginFailure({ key, at: when, since: when - 100 });
      assert.equal(await note('alice', at), 1);
      assert.equal(await note('alice', at + 60), 2);
      assert.equal(await note('alice', at + 120), 2);
      assert.equal(await note('192.0.2.1', at + 120), 1);
      assert.deepEqual(await store.countLoginFailures('alice', at), { count: 3, lastAt: at + 120 });
      assert.deepEqual(await store.countLoginFailures('bob', at), { count: 0, lastAt: 0 });
      await store.clearLoginFailures({ key: 'alice', at: at + 60 });
      assert.deepEqual(await store.countLoginFailures('alice', at), { count: 2, lastAt: at + 120 });
      await store.clearLoginFailures({ key: 'alice' });
      assert.equal((await store.countLoginFailures('alice', at)).count, 0);
      assert.equal((await store.countLoginFailures('192.0.2.1', at)).count, 1);
    });

    storeTest(open, 'of tries to log in that are taken at once, one is', async ({ store, at }) => {
      const take = (when: number, count: number) => store.takeLoginTry({ key: 'code', at: when, since: at - 100, count });
      for (let count = 0; count < 3; count += 1) {
        const taken = await Promise.all(Array.from({ length: 8 }, (_, index) => take(at + count * 10 + index, count)));
        assert.deepEqual(taken.filter(Boolean), [true], `after ${count} failures`);
      }
      assert.equal((await store.countLoginFailures('code', at - 100)).count, 3);
      const { lastAt } = await store.countLoginFailures('code', at);
      assert.equal(await take(lastAt, 3), false, 'it could not be told from the one before');
      assert.equal(await store.takeLoginTry({ key: 'another', at, since: at - 100, count: 0 }), true);
    });
  });
}
