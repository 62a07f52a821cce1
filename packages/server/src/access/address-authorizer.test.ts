import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RepositoryName } from '@longshore/oci';
import { closedSpans } from '../registry/address-spans.ts';
import { type Action, type Authorizer, anonymous, type Principal, type Resource, type Subject } from '../registry/ports/authorizer.ts';
import { AddressAuthorizer } from './address-authorizer.ts';

const repository = (name: string): Resource => ({ kind: 'repository', name: name as RepositoryName });
const project: Resource = { kind: 'project', name: 'inner' };
const root: Subject = { kind: 'user', id: 1, name: 'root', administrator: true };

/** Before somebody who allows everything: `inner` takes 10.0.0.0/8 alone. */
function authorizer(some = true): Authorizer {
  const everything: Authorizer = {
    decide: async () => ({ allow: true, reason: 'everything is allowed', roles: [] }),
    visible: async () => ({ kind: 'everything' }),
  };
  const spans = closedSpans({ allowedAddresses: ['10.0.0.0/8'], deniedAddresses: undefined });
  return new AddressAuthorizer(everything, {
    findAddressLimits: async () => ({ some }),
    findClosedSpans: async (name) => {
      assert.ok(some, 'nothing more is read where no project has limits');
      return { spans: name === 'inner' ? spans : [] };
    },
  });
}

async function allows(resource: Resource, address: string | undefined, action: Action = 'pull', subject?: Subject): Promise<boolean> {
  const principal: Principal = { ...anonymous, ...(subject && { subject }), ...(address !== undefined && { address }) };
  return (await authorizer().decide(principal, action, resource)).allow;
}

test('nobody acts on a project from where it is closed, whatever else allows it', async () => {
  for (const resource of [repository('inner'), repository('inner/app'), project]) {
    assert.equal(await allows(resource, '10.1.2.3'), true);
    assert.equal(await allows(resource, '::ffff:10.1.2.3'), true);
    for (const address of ['192.0.2.1', '::1', 'nowhere', undefined]) assert.equal(await allows(resource, address), false, address);
  }
  assert.equal(await allows(repository('inner2/app'), '192.0.2.1'), true);
  assert.equal(await allows({ kind: 'registry' }, '192.0.2.1', 'list'), true);
});

test('administrators look at a closed project and mend it from anywhere, and get nothing of what is in it', async () => {
  assert.equal(await allows(project, '192.0.2.1', 'list', root), true);
  assert.equal(await allows(project, '192.0.2.1', 'administer', root), true);
  const others: Action[] = ['pull', 'push', 'update', 'delete', 'promote', 'configure', 'audit'];
  for (const action of others) assert.equal(await allows(project, '192.0.2.1', action, root), false, action);
  for (const action of [...others, 'list'] as const) assert.equal(await allows(repository('inner/app'), '192.0.2.1', action, root), false);
});

test('lists know where somebody looks from when a project is closed to anybody', async () => {
  const from = async (address: string | undefined, some = true) =>
    authorizer(some).visible({ ...anonymous, ...(address !== undefined && { address }) }, 'list');
  assert.deepEqual(await from('192.0.2.1'), { kind: 'everything', from: '4c0000201' });
  assert.deepEqual(await from(undefined), { kind: 'everything', from: 'unknown' });
  assert.deepEqual(await from('192.0.2.1', false), { kind: 'everything' });
});

test('whoever is told what is missing elsewhere is told the same of what is closed and of what is not there', async () => {
  const told = 'it may not pull in namespace inner of cluster prod';
  const cluster: Authorizer = {
    decide: async () => ({ allow: false, reason: `a role is missing; ${told}`, told, roles: [] }),
    visible: assert.fail,
  };
  const spans = closedSpans({ allowedAddresses: ['10.0.0.0/8'], deniedAddresses: undefined });
  const findClosedSpans = async (name: string) => ({ spans: name === 'inner' ? spans : [] });
  const one = new AddressAuthorizer(cluster, { findAddressLimits: async () => ({ some: true }), findClosedSpans });
  for (const name of ['inner/app', 'none/app']) {
    assert.equal((await one.decide({ ...anonymous, address: '192.0.2.1' }, 'pull', repository(name))).told, told);
  }
});
