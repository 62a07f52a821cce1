import assert from 'node:assert/strict';
import test from 'node:test';
import { type Authorizer, anonymous } from '../registry/ports/authorizer.ts';
import { grantAccess, limitOfAccess } from './token-access.ts';
import { scopesOf } from './token-bench.ts';

function authorizerThat(allows: (action: string, resource: string) => boolean): Authorizer {
  return {
    decide: async (_, action, resource) => ({
      allow: allows(action, resource.kind === 'registry' ? 'registry' : resource.name),
      reason: 'test',
      roles: [],
    }),
    visible: async () => ({ kind: 'nothing' }),
  };
}

const everything = authorizerThat(() => true);

for (const [scope, allowedActions, granted] of [
  ['repository:a/b:pull', ['pull'], ['a/b:pull']],
  ['repository:a/b:pull,push', ['pull'], ['a/b:pull']],
  ['repository:a/b:push', ['pull', 'push'], ['a/b:push']],
  ['repository:a/b:pull,push', ['pull', 'push'], ['a/b:pull,push']],
  ['repository:a/b:push', ['pull', 'update', 'delete'], []],
  ['repository:a/b:delete', ['pull', 'push', 'update'], []],
  ['repository:a/b:*', ['pull', 'push'], ['a/b:pull,push']],
  ['repository:a/b:*', ['pull', 'push', 'update', 'delete', 'administer'], ['a/b:pull,push,delete']],
  ['repository:a/b:administer,update', ['update', 'administer'], []],
  ['repository:a/b:pull repository:a/b:push', ['pull', 'push'], ['a/b:pull,push']],
  ['repository:a/b:pull repository:c/d:pull', ['pull'], ['a/b:pull', 'c/d:pull']],
  ['repository:A/b:pull', ['pull'], []],
  ['repository:*:pull', ['pull'], []],
  ['repository(plugin):a/b:pull', ['pull'], []],
  ['registry:catalog:*', ['list'], ['catalog:*']],
  ['registry:catalog:*', ['pull', 'push'], []],
  ['registry:catalog:pull', ['list'], []],
  ['registry:other:*', ['list'], []],
  ['something:a/b:pull', ['pull'], []],
] as const) {
  test(`${scope} with ${allowedActions.join(',')} allowed grants ${granted.join(' ') || 'nothing'}`, async () => {
    const authorizer = authorizerThat((action) => (allowedActions as readonly string[]).includes(action));
    const access = await grantAccess(authorizer, anonymous, scopesOf(scope));
    assert.deepEqual(
      access.map(({ name, actions }) => `${name}:${actions.join(',')}`),
      granted,
    );
  });
}

test('CVE-2026-61833: push in a token is not delete, and delete is not push', () => {
  const claim = (verb: string): unknown => [{ type: 'repository', name: 'a/b', actions: [verb] }];
  assert.deepEqual(limitOfAccess(claim('push')), [{ repository: 'a/b', actions: ['push', 'update'] }]);
  assert.deepEqual(limitOfAccess(claim('delete')), [{ repository: 'a/b', actions: ['delete'] }]);
  assert.deepEqual(limitOfAccess(claim('administer')), [{ repository: 'a/b', actions: [] }]);
});

test('a scope on every repository is for reading only, and only for who may list', async () => {
  const asked = scopesOf('repository:*:pull,push,delete repository:*:*');
  const listing = authorizerThat((action, resource) => action === 'list' && resource === 'registry');
  assert.deepEqual(await grantAccess(listing, anonymous, asked), [{ type: 'repository', name: '*', actions: ['pull'] }]);
  assert.deepEqual(
    await grantAccess(
      authorizerThat((action) => action !== 'list'),
      anonymous,
      asked,
    ),
    [],
  );
  const claim = [{ type: 'repository', name: '*', actions: ['pull', 'push', 'delete', '*'] }];
  assert.deepEqual(limitOfAccess(claim), [{ repository: '*', actions: ['pull'] }]);
});

test('a token stays small enough for a header, and decisions stay few', async () => {
  let decisions = 0;
  const counting = authorizerThat(() => {
    decisions += 1;
    return true;
  });
  const many = scopesOf(Array.from({ length: 128 }, (_, index) => `repository:a/b${index}:pull`).join(' '));
  assert.equal((await grantAccess(counting, anonymous, many)).length, 32);
  assert.equal(decisions, 32);
  const long = scopesOf(Array.from({ length: 30 }, (_, index) => `repository:${index}${'a'.repeat(200)}:pull,push`).join(' '));
  const access = await grantAccess(everything, anonymous, long);
  assert.ok(access.length > 10 && JSON.stringify(access).length <= 4200, `${access.length}`);
});

test('what is granted can be read back', async () => {
  const access = await grantAccess(everything, anonymous, scopesOf('repository:a/b:* registry:catalog:*'));
  assert.deepEqual(limitOfAccess(JSON.parse(JSON.stringify(access))), [
    { repository: 'a/b', actions: ['pull', 'push', 'update', 'delete'] },
    { repository: '*', actions: ['list'] },
  ]);
});
