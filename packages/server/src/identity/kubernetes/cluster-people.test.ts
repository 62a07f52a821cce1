import assert from 'node:assert/strict';
import test from 'node:test';
import type { ExternalNames } from '../../registry/ports/external-account-store.ts';
import { NamedPeople } from './cluster-people.ts';

const rule = { cluster: 'prod', provider: 'company', userPrefix: 'oidc:', groupPrefix: 'oidc:' };

function people(known: ExternalNames[], rules = [rule]) {
  const clock = { now: 0 };
  let reads = 0;
  const findExternalNames = async () => {
    reads += 1;
    return known;
  };
  const named = new NamedPeople({ rules, accounts: { findExternalNames }, elapsed: () => clock.now });
  return { named, clock, reads: () => reads };
}

test('a user has the name and the groups of the provider, with what the cluster puts before them', async () => {
  const { named } = people([{ provider: 'company', name: 'alice', groups: ['dev'] }]);
  const expected = { kind: 'kubernetes', cluster: 'prod', name: 'oidc:alice', uid: '', groups: ['oidc:dev'], extra: {} };
  assert.deepEqual(await named.knownAs(1), [expected]);
});

test('whoever has no link to the provider is nobody there', async () => {
  assert.deepEqual(await people([]).named.knownAs(1), []);
  assert.deepEqual(await people([{ provider: 'other', name: 'alice', groups: ['dev'] }]).named.knownAs(1), []);
});

test('each cluster has its own names for the people of a provider', async () => {
  const rules = [rule, { ...rule, cluster: 'test', userPrefix: '' }, { ...rule, cluster: 'elsewhere', provider: 'other' }];
  const { named } = people([{ provider: 'company', name: 'alice', groups: [] }], rules);
  const known = await named.knownAs(1);
  assert.deepEqual(
    known.map(({ cluster, name }) => [cluster, name]),
    [
      ['prod', 'oidc:alice'],
      ['test', 'alice'],
    ],
  );
});

test('no provider gives a name that Kubernetes keeps for itself, and none that may have been cut', async () => {
  const plain = [{ ...rule, userPrefix: '', groupPrefix: 'sys' }];
  const groups = ['tem:masters', 'dev'];
  const { named } = people([{ provider: 'company', name: 'alice', groups }], plain);
  assert.deepEqual((await named.knownAs(1))[0]?.groups, ['sysdev']);
  for (const name of ['system:admin', 'a'.repeat(255)]) {
    assert.deepEqual(await people([{ provider: 'company', name, groups: [] }], plain).named.knownAs(1), [], name);
  }
});

test('names are read again before they are five seconds old', async () => {
  const { named, clock, reads } = people([{ provider: 'company', name: 'alice', groups: [] }]);
  await named.knownAs(1);
  await named.knownAs(1);
  assert.equal(reads(), 1);
  clock.now = 5000;
  await named.knownAs(1);
  assert.equal(reads(), 2);
});
