// Who did something, and which addresses a project takes, is told to those with a role there: not to everybody who may look.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const owner = await registry.addUser('olga', { shown: 'owner' });
const reader = await registry.addUser('rita', { shown: 'reader' });
const partner = await registry.addUser('pia');
const stranger = await registry.addUser('sven');
const admin = await registry.addUser('root');
await registry.metadata.updateUser({ id: admin.user.id, administrator: true, at: Date.now() });

/** Sends a request of the management API and answers what came, which must be a success. */
async function ask(by: string | undefined, method: string, path: string, body?: object): Promise<{ body: unknown; etag: string }> {
  const { etag } = method === 'PATCH' ? await ask(by, 'GET', path) : { etag: '' };
  const headers = {
    ...(by !== undefined && { authorization: by }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(etag !== '' && { 'if-match': etag }),
  };
  const answer = await fetch(`${registry.url}/api/v1${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return { body: JSON.parse(text), etag: answer.headers.get('etag') ?? '' };
}

const idOf = (answer: { body: unknown }) => (answer.body as { id: string }).id;
const { digest } = await pushImage({ client: registry.client, authorization: owner.basic, repository: 'shown/app' }, '1.0', {});
const promote = (tag: string) =>
  ask(owner.basic, 'POST', '/promotions', { from: { repository: 'shown/app', tag: '1.0' }, to: { repository: 'shown/app', tag } });
const promotion = idOf(await promote('stable'));
await ask(owner.basic, 'POST', `/promotions/${promotion}/undo`);
const rule = idOf(await ask(owner.basic, 'POST', '/projects/shown/tag-rules', { tags: 'v*', kind: 'immutable' }));
await ask(owner.basic, 'POST', '/projects/shown/members', {
  subject: { kind: 'user', name: 'pia' },
  role: 'reader',
  repositories: 'app/**',
});
await ask(owner.basic, 'PATCH', '/projects/shown', {
  visibility: 'public',
  allowedAddresses: ['0.0.0.0/0', '::/0'],
  deniedAddresses: ['192.0.2.0/24'],
});

/** Members that name people, machines or addresses. */
const telling = new Set([
  ...['actor', 'by', 'createdBy', 'pushedBy', 'requestedBy', 'undoneBy', 'updatedBy'],
  ...['address', 'allowedAddresses', 'deniedAddresses', 'email', 'host', 'lastUsedAddress', 'secret', 'url'],
]);
const image = '/repositories/shown%2Fapp';
const ofProject = ['allowedAddresses', 'createdBy', 'deniedAddresses'];
/** Every operation that whoever may look can ask and whose answer tells, with what it does of what was made here. */
const table: Readonly<Record<string, { readonly path: string; readonly tells: readonly string[] }>> = {
  getOverview: { path: '/overview', tells: ['by'] },
  listProjects: { path: '/projects', tells: ofProject },
  getProject: { path: '/projects/shown', tells: ofProject },
  listTagRules: { path: '/projects/shown/tag-rules', tells: ['createdBy'] },
  getTagRule: { path: `/projects/shown/tag-rules/${rule}`, tells: ['createdBy'] },
  listPromotions: { path: '/promotions?project=shown', tells: ['by', 'undoneBy'] },
  getPromotion: { path: `/promotions/${promotion}`, tells: ['by', 'undoneBy'] },
  listTags: { path: `${image}/tags`, tells: ['updatedBy'] },
  getTag: { path: `${image}/tags/1.0`, tells: ['updatedBy'] },
  listTagHistory: { path: `${image}/tags/1.0/history`, tells: ['by'] },
  listManifests: { path: `${image}/manifests`, tells: ['pushedBy'] },
  getManifest: { path: `${image}/manifests/${digest}`, tells: ['pushedBy'] },
};

/** The telling members that there are anywhere in an answer, each once, sorted. */
function toldIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const found = Object.entries(value).flatMap(([name, each]) => [...(telling.has(name) ? [name] : []), ...toldIn(each)]);
  return [...new Set(found)].sort();
}

async function toldTo(by: string | undefined): Promise<Record<string, string[]>> {
  const told = Object.entries(table).map(async ([operation, { path }]) => [operation, toldIn((await ask(by, 'GET', path)).body)] as const);
  return Object.fromEntries(await Promise.all(told));
}

const all = Object.fromEntries(Object.entries(table).map(([operation, { tells }]) => [operation, tells]));
const none = Object.fromEntries(Object.keys(table).map((operation) => [operation, []]));

test('who did something is told to members and administrators, and to nobody else', async () => {
  for (const { basic, user } of [owner, reader, admin]) assert.deepEqual(await toldTo(basic), all, user.name);
  assert.deepEqual(await toldTo(stranger.basic), none);
  // Without a credential there are no promotions to look at.
  const { listPromotions: _list, getPromotion: _one, ...open } = table;
  for (const [operation, { path }] of Object.entries(open))
    assert.deepEqual(toldIn((await ask(undefined, 'GET', path)).body), [], operation);
});

test('whoever has a role on some repositories is told of the project and of those', async () => {
  await pushImage({ client: registry.client, authorization: owner.basic, repository: 'shown/app/part' }, '1.0', {});
  assert.deepEqual(toldIn((await ask(partner.basic, 'GET', '/projects/shown')).body), ofProject);
  assert.deepEqual(toldIn((await ask(partner.basic, 'GET', '/projects')).body), ofProject);
  assert.deepEqual(toldIn((await ask(partner.basic, 'GET', '/repositories/shown%2Fapp%2Fpart/tags')).body), ['updatedBy']);
  assert.deepEqual(toldIn((await ask(partner.basic, 'GET', `${image}/tags`)).body), []);
});

test('an administrator is told the addresses of a project that is closed to where he is', async () => {
  const { metadata } = registry;
  await ask(admin.basic, 'POST', '/projects', { name: 'closed' });
  const settings = { allowedAddresses: ['192.0.2.0/24'] };
  await metadata.updateTenant({ name: 'closed', version: undefined, settings, by: systemAgent('test'), at: Date.now() });
  assert.deepEqual(toldIn((await ask(admin.basic, 'GET', '/projects/closed')).body), ['allowedAddresses', 'createdBy']);
});

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
interface Operation {
  readonly operationId: string;
  readonly 'x-longshore-needs'?: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>>;
}
interface Description {
  readonly paths: Readonly<Record<string, { readonly get?: Operation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

test('no operation for those who may look tells what this table does not have', async () => {
  const text = await readFile(new URL('../../docs/reference/openapi.json', import.meta.url), 'utf8');
  const { paths, components } = JSON.parse(text) as Description;
  const membersOf = ({ $ref, properties = {}, items, anyOf = [] }: Schema): string[] => [
    ...Object.keys(properties),
    ...[...Object.values(properties), ...anyOf, ...(items === undefined ? [] : [items])].flatMap(membersOf),
    ...($ref === undefined ? [] : membersOf(components.schemas[$ref.split('/').at(-1) ?? ''] ?? {})),
  ];
  const tell = Object.values(paths).flatMap(({ get }) => {
    if (get === undefined || !/^(anybody|signed-in|list on|pull on)/.test(get['x-longshore-needs'] ?? '')) return [];
    const schemas = Object.entries(get.responses).flatMap(([status, { content }]) =>
      status.startsWith('2') ? Object.values(content ?? {}).flatMap(({ schema }) => schema ?? []) : [],
    );
    const members = [...new Set(schemas.flatMap(membersOf))].filter((name) => telling.has(name)).sort();
    return members.length === 0 ? [] : [[get.operationId, members] as const];
  });
  assert.deepEqual(Object.fromEntries(tell), all);
});
