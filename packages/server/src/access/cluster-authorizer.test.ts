import assert from 'node:assert/strict';
import test from 'node:test';
import { requireRepositoryName } from '@longshore/oci';
import type { HeldAccess } from '../registry/ports/access.ts';
import { type Action, actions, type KubernetesSubject, type Principal, type Resource } from '../registry/ports/authorizer.ts';
import type { ReviewedAccess } from '../registry/ports/cluster-reviews.ts';
import { type CreateOnPush, RoleAuthorizer } from './authorizer.ts';
import { ClusterAuthorizer } from './cluster-authorizer.ts';

const account = 'system:serviceaccount:ci:ci-cd';
const pod: Principal = {
  subject: { kind: 'kubernetes', cluster: 'prod', name: account, uid: '1', groups: ['system:serviceaccounts'], extra: {} },
  limit: undefined,
  credential: 'kubernetes:prod',
};
const repository = (name: string): Resource => ({ kind: 'repository', name: requireRepositoryName(name) });

const alice: Principal = {
  subject: { kind: 'user', id: 7, name: 'alice', administrator: false },
  limit: undefined,
  credential: 'access-token:1',
};
const inProd = { kind: 'kubernetes', cluster: 'prod', name: 'oidc:alice', uid: '', groups: ['oidc:dev'], extra: {} } as const;
const inTest = { ...inProd, cluster: 'test' };

/** Over projects `ci`, `dev` and `of.nobody`, all private, and a cluster that allows these; `alice` is known there as `known`. */
function authorizer(
  allowed: readonly string[],
  createOnPush: CreateOnPush = 'own-name',
  { names = ['ci', 'dev', 'of.nobody'], known = [] }: { names?: readonly string[]; known?: readonly KubernetesSubject[] } = {},
) {
  const asked: string[] = [];
  const findAccess = async (_: unknown, { project }: { project: string | undefined }): Promise<HeldAccess> => ({
    project: project !== undefined && names.includes(project) ? { id: names.indexOf(project), visibility: 'private' } : undefined,
    roles: [],
  });
  const reviews = {
    namespaceOf: (_: string, project: string) => (project.includes('.') ? undefined : project),
    allowedUntil: async ({ cluster }: KubernetesSubject, { verb, namespace, name = '' }: ReviewedAccess) => {
      if (cluster === 'test') throw new Error('away');
      asked.push(`${verb} ${namespace}/${name}`);
      return allowed.includes(`${verb} ${namespace}/${name}`) ? 3000 : undefined;
    },
  };
  const projects = { listNamedProjects: async () => names.map((name, id) => ({ id, name })) };
  const people = { knownAs: async (id: number) => (id === 7 ? known : []) };
  const roles = new RoleAuthorizer({ access: { findAccess }, anonymous: 'none', createOnPush });
  return { asked, authorizer: new ClusterAuthorizer({ roles, reviews, people, projects, createOnPush }) };
}

test('each action is the verb of the cluster that it needs, on the namespace and the rest of the name', async () => {
  const { asked, authorizer: one } = authorizer(['push ci/web/app', 'pull ci/']);
  const allows = async (action: Action, resource: Resource) => (await one.decide(pod, action, resource)).allow;
  assert.equal(await allows('push', repository('ci/web/app')), true);
  assert.equal(await allows('update', repository('ci/web/app')), true);
  assert.equal(await allows('delete', repository('ci/web/app')), false);
  assert.equal(await allows('pull', repository('ci')), true);
  assert.equal(await allows('list', { kind: 'project', name: 'ci' }), true);
  assert.deepEqual(asked, ['push ci/web/app', 'push ci/web/app', 'delete ci/web/app', 'pull ci/', 'pull ci/']);
});

test('a limited credential, an administrative action and anybody else are no question for a cluster', async () => {
  const { asked, authorizer: one } = authorizer(['push ci/app', 'pull ci/app']);
  const app = requireRepositoryName('ci/app');
  const limited: Principal = { ...pod, limit: [{ repository: app, actions: ['pull'] }] };
  assert.equal((await one.decide(limited, 'push', repository('ci/app'))).allow, false);
  for (const action of actions.filter((name) => !['pull', 'list', 'push', 'update', 'delete'].includes(name))) {
    assert.equal((await one.decide(pod, action, repository('ci/app'))).allow, false, action);
  }
  const robot: Principal = { subject: { kind: 'robot', id: 1, name: 'r' }, limit: undefined, credential: 'robot:1' };
  assert.equal((await one.decide(robot, 'push', repository('ci/app'))).allow, false);
  assert.equal((await one.decide(pod, 'push', repository('of.nobody/app'))).allow, false);
  assert.deepEqual(asked, []);
  assert.equal((await one.decide(limited, 'pull', repository('ci/app'))).allow, true);
});

test('a denial tells the verb and the binding, the reason of an allowed one who allowed it', async () => {
  const { authorizer: one } = authorizer(['pull ci/app']);
  const denied = await one.decide(pod, 'push', repository('ci/app'));
  assert.match(
    denied.told ?? '',
    /^system:serviceaccount:ci:ci-cd may not push repositories\.longshore\.dev "app" in namespace ci of cluster prod: /,
  );
  assert.match(
    denied.told ?? '',
    /kubectl create rolebinding ci-cd-longshore-push --namespace=ci --clusterrole=longshore-push --serviceaccount=ci:ci-cd$/,
  );
  const granted = await one.decide(pod, 'pull', repository('ci/app'));
  assert.deepEqual(granted.lasts, { until: Infinity, elapsed: 3000 }, 'as long as the answer of the cluster');
  assert.equal(granted.reason, `cluster prod allows ${account} to pull app in namespace ci`);
  const hostile: Principal = { ...pod, subject: { ...pod.subject, name: "x'; rm -rf ~" } as Principal['subject'] };
  assert.doesNotMatch((await one.decide(hostile, 'push', repository('ci/app'))).told ?? '', /kubectl/);
});

test('what a denial tells is the same whether the project exists or not', async () => {
  const { authorizer: one } = authorizer([]);
  const told = async (name: string) => (await one.decide(pod, 'pull', repository(name))).told?.replaceAll(/ci-x|ci(?=[ /])/g, 'P');
  assert.equal(await told('ci/app'), await told('ci-x/app'));
});

test('a push that a cluster allows begins a project, unless nobody may', async () => {
  for (const [createOnPush, allow] of [
    ['own-name', true],
    ['nobody', false],
  ] as const) {
    const decision = await authorizer(['push new/app'], createOnPush).authorizer.decide(pod, 'push', repository('new/app'));
    assert.deepEqual([decision.allow, decision.project], [allow, 'none']);
  }
});

test('lists show the projects of which a cluster lets all be pulled', async () => {
  const { authorizer: one } = authorizer(['pull dev/']);
  const visible = await one.visible(pod, 'list');
  assert.deepEqual(visible.kind === 'held' && visible.projects, [{ id: 1, name: 'dev' }]);
  const limited: Principal = { ...pod, limit: [] };
  assert.deepEqual(await one.visible(limited, 'list'), { kind: 'nothing' });
});

test('a list asks about few namespaces at a time, since others wait in the same line', async () => {
  const named = Array.from({ length: 100 }, (_, id) => ({ id, name: `p${id}` }));
  let [running, most] = [0, 0];
  const reviews = {
    namespaceOf: (_: string, project: string) => project,
    allowedUntil: async (_: unknown, { namespace }: ReviewedAccess) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return namespace.endsWith('7') ? 3000 : undefined;
    },
  };
  const roles = new RoleAuthorizer({ access: { findAccess: assert.fail }, anonymous: 'none', createOnPush: 'nobody' });
  const projects = { listNamedProjects: async () => named };
  const visible = await new ClusterAuthorizer({ roles, reviews, people: undefined, projects, createOnPush: 'nobody' }).visible(pod, 'list');
  const expected = named.filter(({ name }) => name.endsWith('7'));
  assert.deepEqual(visible.kind === 'held' && visible.projects, expected);
  assert.equal(most, 8);
});

test('a list of more projects than a cluster is asked about is refused, to users it shows what their roles do', async () => {
  const names = Array.from({ length: 1001 }, (_, number) => `p${number}`);
  const { asked, authorizer: one } = authorizer([], 'own-name', { names, known: [inProd] });
  await assert.rejects(one.visible(pod, 'list'), /more than 1000 projects, and a cluster is not asked about so many: name the repository/);
  const shown = await one.visible(alice, 'list');
  assert.deepEqual(shown.kind === 'held' && [shown.holder, shown.projects], [{ kind: 'user', id: 7 }, undefined]);
  assert.deepEqual(asked, []);
  const most = authorizer(
    names.map((name) => `pull ${name}/`),
    'own-name',
    { names: names.slice(1) },
  );
  const all = await most.authorizer.visible(pod, 'list');
  assert.equal(all.kind === 'held' && all.projects?.length, 1000);
});

test('a user may what a cluster allows whoever that is there, and what is begun so has no owner', async () => {
  const { authorizer: one } = authorizer(['push dev/app', 'push new/app', 'pull dev/'], 'own-name', { known: [inProd] });
  const pushed = await one.decide(alice, 'push', repository('dev/app'));
  assert.deepEqual([pushed.allow, pushed.reason], [true, 'cluster prod allows oidc:alice to push app in namespace dev']);
  assert.equal(pushed.lasts, undefined, 'who that is there is looked up anew');
  const begun = await one.decide(alice, 'push', repository('new/app'));
  assert.deepEqual([begun.allow, begun.project, begun.ownerless], [true, 'none', true]);
  const own = await one.decide(alice, 'push', repository('alice/app'));
  assert.deepEqual([own.allow, own.ownerless], [true, undefined], 'by a rule of the registry');
  const refused = await one.decide(alice, 'push', repository('ci/app'));
  assert.match(refused.told ?? '', /^oidc:alice may not push .* --user=oidc:alice$/);
  assert.equal((await one.decide(alice, 'administer', repository('dev/app'))).allow, false);
  const visible = await one.visible(alice, 'list');
  assert.deepEqual(visible.kind === 'held' && visible.projects, [{ id: 1, name: 'dev' }]);
});

test('a user whom no cluster knows is no question for any', async () => {
  const { asked, authorizer: one } = authorizer(['push dev/app'], 'own-name', { known: [inProd] });
  const bob: Principal = { ...alice, subject: { kind: 'user', id: 8, name: 'bob', administrator: false } };
  const decision = await one.decide(bob, 'push', repository('dev/app'));
  assert.deepEqual([decision.allow, decision.told], [false, undefined]);
  assert.deepEqual(asked, []);
});

test('of several clusters one that allows is enough, and one that does not answer is no refusal', async () => {
  const { authorizer: one } = authorizer(['push dev/app'], 'own-name', { known: [inTest, inProd] });
  assert.equal((await one.decide(alice, 'push', repository('dev/app'))).allow, true);
  await assert.rejects(one.decide(alice, 'push', repository('dev/other')), /away/);
});
