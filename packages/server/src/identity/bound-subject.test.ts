import assert from 'node:assert/strict';
import test from 'node:test';
import type { User } from '../registry/ports/account-store.ts';
import { boundSubjectOf, findBoundUser, subjectClaims } from './bound-subject.ts';
import { createMemoryAccountStore } from './memory-account-store.ts';

const alice: User = {
  id: 7,
  name: 'alice',
  administrator: false,
  disabled: false,
  passwordHash: undefined,
  version: 3,
  secondFactor: false,
};

test('the claims name id and version, and are read back', () => {
  const subject = { kind: 'user', id: 7, name: 'alice', administrator: true } as const;
  const bound = subjectClaims({ subject, limit: undefined, credential: 'password', proof: { userVersion: 3 } });
  assert.deepEqual(bound, { subject: 'user:7', claims: { ver: 3 } });
  assert.deepEqual(boundSubjectOf({ sub: bound.subject, ...bound.claims }), { kind: 'user', id: 7, version: 3 });
});

test("a robot's claims name its secret too, and nobody's proof passes for another kind's", () => {
  const subject = { kind: 'robot', id: 7, name: 'team+ci' } as const;
  const principal = { subject, limit: undefined, credential: 'robot:7' };
  const bound = subjectClaims({ ...principal, proof: { robotEpoch: 2, secretId: 9 } });
  assert.deepEqual(bound, { subject: 'robot:7', claims: { ver: 2, sec: 9 } });
  assert.deepEqual(boundSubjectOf({ sub: bound.subject, ...bound.claims }), { kind: 'robot', id: 7, epoch: 2, secretId: 9 });
  assert.equal(boundSubjectOf({ sub: 'robot:7', ver: 2 }), undefined);
  assert.equal(boundSubjectOf({ sub: 'group:7', ver: 2, sec: 9 }), undefined);
  assert.throws(() => subjectClaims({ ...principal, proof: { userVersion: 2 } }), TypeError);
  assert.throws(() => subjectClaims(principal), TypeError);
});

test('only a user who is there, enabled, and unchanged is found', async () => {
  const found = (row: User | undefined) =>
    findBoundUser({ ...createMemoryAccountStore(), findUser: async () => row }, { kind: 'user', id: 7, version: 3 });
  assert.deepEqual(await found(alice), alice);
  assert.equal(await found(undefined), undefined);
  assert.equal(await found({ ...alice, disabled: true }), undefined, 'whatever the version says');
  assert.equal(await found({ ...alice, version: 4 }), undefined);
});
