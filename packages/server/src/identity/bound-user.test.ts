import assert from 'node:assert/strict';
import test from 'node:test';
import type { User } from '../registry/ports/account-store.ts';
import { boundUserOf, findBoundUser, subjectClaims } from './bound-user.ts';
import { createMemoryAccountStore } from './memory-account-store.ts';

const alice: User = { id: 7, name: 'alice', administrator: false, disabled: false, passwordHash: undefined, version: 3 };

test('the claims name id and version, and are read back', () => {
  const subject = { kind: 'user', id: 7, name: 'alice', administrator: true } as const;
  const bound = subjectClaims({ subject, limit: undefined, credential: 'password', proof: { userVersion: 3 } });
  assert.deepEqual(bound, { subject: 'user:7', claims: { ver: 3 } });
  assert.deepEqual(boundUserOf({ sub: bound.subject, ...bound.claims }), { id: 7, version: 3 });
});

test('only a user who is there, enabled, and unchanged is found', async () => {
  const found = (row: User | undefined) =>
    findBoundUser({ ...createMemoryAccountStore(), findUser: async () => row }, { id: 7, version: 3 });
  assert.deepEqual(await found(alice), alice);
  assert.equal(await found(undefined), undefined);
  assert.equal(await found({ ...alice, disabled: true }), undefined, 'whatever the version says');
  assert.equal(await found({ ...alice, version: 4 }), undefined);
});
