import type { ApiClient } from '../../../packages/api-client/src/index.ts';
import type { TestRegistry, TestUser } from '../../protocol/registry-fixture.ts';
import { apiAs } from './demo-api.ts';
import { DemoImages, type Release } from './demo-images.ts';
import type { Package } from './demo-layers.ts';
import { addPulls, moveToPast } from './demo-past.ts';

/** A registry as a team has it after some months, and who looks at it. */
export interface DemoContent {
  /** An administrator. */
  readonly mei: TestUser;
  /** Who may read in the projects of the shop alone. */
  readonly omar: TestUser;
  /** A webhook and a robot of the project shop-dev, by their ids. */
  readonly webhook: string;
  readonly robot: string;
  /** An image without a tag of its own: of one platform of shop-dev/web:2.4.1. */
  readonly digest: string;
}

const web: readonly Package[] = [
  ['fastify', '5.6.1'],
  ['ioredis', '5.8.0'],
  ['pino', '9.9.5'],
  ['undici', '7.16.0'],
];
const oldWeb: readonly Package[] = [
  ['fastify', '5.4.0'],
  ['ioredis', '5.8.0'],
  ['node-fetch', '3.3.2'],
  ['pino', '9.7.0'],
];

const base: Release = { repository: 'platform/node', tags: ['24-bookworm', '24.11.1', 'latest'], daysAgo: 141 };
/** The oldest first, as a registry gets them. */
const releases: readonly Release[] = [
  { repository: 'shop-dev/web', tags: ['2.2.0'], daysAgo: 118 },
  { repository: 'shop-dev/web', tags: ['2.3.0', 'latest'], daysAgo: 64 },
  { repository: 'shop-dev/cart', tags: ['1.9.0'], daysAgo: 47 },
  { repository: 'shop-dev/web', tags: ['2.3.1', 'latest'], daysAgo: 33 },
  { repository: 'shop-test/web', tags: ['2.3.1'], promotedFrom: 'shop-dev/web', daysAgo: 31 },
  { repository: 'shop-prod/web', tags: ['2.3.1'], promotedFrom: 'shop-test/web', daysAgo: 27 },
  { repository: 'shop-dev/search-indexer', tags: ['3.1.0'], daysAgo: 21 },
  { repository: 'data/etl', tags: ['2026.10', 'latest'], daysAgo: 19 },
  { repository: 'shop-dev/web', tags: ['2.4.0', 'latest'], daysAgo: 12 },
  { repository: 'shop-dev/payments/api', tags: ['0.8.2', 'latest'], daysAgo: 8.6 },
  { repository: 'shop-dev/cart', tags: ['1.10.0', 'latest'], daysAgo: 5.3 },
  { repository: 'shop-test/web', tags: ['2.4.0'], promotedFrom: 'shop-dev/web', daysAgo: 4 },
  { repository: 'shop-dev/web', tags: ['2.4.1', 'latest'], daysAgo: 2.1 },
  { repository: 'shop-test/cart', tags: ['1.10.0'], promotedFrom: 'shop-dev/cart', daysAgo: 0.3 },
];

/** Fills a registry. `unit`: how many bytes stand for a MiB; `receiver`: where its webhook delivers to. */
export async function fillDemo(registry: TestRegistry, { unit, receiver }: { unit: number; receiver: string }): Promise<DemoContent> {
  const people = await addPeople(registry);
  const { mei } = people;
  const api = apiAs(registry, mei);
  await makeProjects(api);
  const images = new DemoImages(registry, unit);
  await images.pushBase(mei, base);
  for (const release of releases) {
    if (release.promotedFrom !== undefined) await promote(api, release);
    else {
      const digest = await images.pushApplication(mei, release, release.daysAgo < 30 ? web : oldWeb);
      if (release.tags.includes('2.4.1')) await images.sign(mei, release.repository, digest);
    }
  }
  moveToPast(registry, [base, ...releases]);
  addPulls(registry, 60);
  const { robot, webhook } = await setUp(api, receiver);
  await setUpAdministration(api);
  const { data } = await api.GET('/api/v1/repositories/{repository}/images/{reference}', {
    params: { path: { repository: 'shop-dev/web', reference: '2.4.1' } },
  });
  const digest = data?.kind === 'index' ? (data.platforms[0]?.digest ?? '') : '';
  return { ...people, robot, webhook, digest };
}

async function addPeople(registry: TestRegistry): Promise<{ mei: TestUser; omar: TestUser }> {
  const mei = await registry.addUser('mei');
  await registry.metadata.updateUser({ id: mei.user.id, administrator: true, at: Date.now() });
  const omar = await registry.addUser('omar');
  for (const name of ['sofia', 'kenji']) await registry.addUser(name);
  return { mei, omar };
}

async function makeProjects(api: ApiClient): Promise<void> {
  const projects = [
    { name: 'platform', visibility: 'public', description: 'Base images that everybody builds on' },
    { name: 'shop-prod', visibility: 'private', environment: 'prod', description: 'What customers see' },
    { name: 'shop-test', visibility: 'private', environment: 'test', promotesTo: 'shop-prod', description: 'Release candidates' },
    { name: 'shop-dev', visibility: 'private', environment: 'dev', promotesTo: 'shop-test', description: 'The shop, from every merge' },
    { name: 'data', visibility: 'internal', description: 'Pipelines of the data team' },
    { name: 'preview', visibility: 'private', expireAfterHours: 72, description: 'Images of pull requests, gone after three days' },
  ] as const;
  for (const body of projects) await api.POST('/api/v1/projects', { body });
}

async function promote(api: ApiClient, { repository, tags, promotedFrom = '' }: Release): Promise<void> {
  for (const tag of tags)
    await api.POST('/api/v1/promotions', { body: { from: { repository: promotedFrom, tag }, to: { repository, tag } } });
}

/** What the project shop-dev has besides images; answers its webhook and one of its robots. */
async function setUp(api: ApiClient, receiver: string): Promise<Pick<DemoContent, 'robot' | 'webhook'>> {
  const params = { path: { project: 'shop-dev' } };
  const users = [
    ['omar', 'reader'],
    ['sofia', 'maintainer'],
    ['kenji', 'writer'],
  ] as const;
  for (const [name, role] of users) {
    await api.POST('/api/v1/projects/{project}/members', { params, body: { subject: { kind: 'user', name }, role } });
  }
  const robots = [
    { name: 'ci', description: 'Pushes what the pipeline has built', role: 'writer' },
    { name: 'cluster', description: 'Pull secret of the development cluster', role: 'reader' },
  ];
  let robot = '';
  for (const { name, description, role } of robots) {
    const body = { name, description, permissions: [{ role, repositories: '**' }] };
    const made = await api.POST('/api/v1/projects/{project}/robots', { params, body });
    robot = made.data?.robot.id ?? robot;
  }
  for (const rule of [
    { tags: '*.*.*', kind: 'immutable' as const },
    { tags: 'latest', kind: 'protected' as const, roles: ['maintainer', 'owner'] },
  ]) {
    await api.POST('/api/v1/projects/{project}/tag-rules', { params, body: { repositories: '**', ...rule } });
  }
  const keep = { kind: 'newest', count: 3 } as const;
  await api.PUT('/api/v1/projects/{project}/retention', {
    params: { ...params, header: { 'If-Match': '*' } },
    body: { rules: [{ repositories: '**', include: ['*'], exclude: ['latest'], keep }], untaggedDays: 14, schedule: '30 2 * * *' },
  });
  await api.PUT('/api/v1/projects/{project}/promotion', {
    params: { path: { project: 'shop-test' }, header: { 'If-Match': '*' } },
    body: { fromChainOnly: true, minimumAgeMinutes: 60, requiredReferrers: ['application/spdx+json'], roles: [] },
  });
  await limit(api);
  const { data } = await api.POST('/api/v1/projects/{project}/webhooks', {
    params,
    body: {
      name: 'chat',
      url: receiver,
      events: ['tag.created', 'tag.moved', 'image.promoted', 'quota.warning'],
      secret: 'a secret of the demonstration',
      repositories: '**',
      tags: '*',
      format: 'cloudevents',
      enabled: true,
    },
  });
  return { robot, webhook: data?.id ?? '' };
}

/** Limits of which most is used already. */
async function limit(api: ApiClient): Promise<void> {
  const params = { path: { project: 'shop-dev' } };
  const { data } = await api.GET('/api/v1/projects/{project}/quota', { params });
  const limits = { limitBytes: Math.ceil((data?.storage.usedBytes ?? 0) / 0.86), limitTags: 200, limitPullBytesPerDay: 50 * 1024 ** 3 };
  await api.PATCH('/api/v1/projects/{project}/quota', { params: { ...params, header: { 'If-Match': '*' } }, body: limits });
}

async function setUpAdministration(api: ApiClient): Promise<void> {
  await api.POST('/api/v1/groups', { body: { name: 'release-managers' } });
  for (const user of ['sofia', 'kenji']) {
    await api.PUT('/api/v1/groups/{group}/members/{user}', { params: { path: { group: 'release-managers', user } } });
  }
  await api.POST('/api/v1/roles', { body: { name: 'releaser', actions: ['pull', 'list', 'promote'] } });
  const body = { subject: { kind: 'group', name: 'release-managers' }, role: 'reader' } as const;
  await api.POST('/api/v1/members', { body });
  await api.POST('/api/v1/robots', {
    body: { name: 'backup', description: 'Copies everything every night', permissions: [{ role: 'reader', repositories: '**' }] },
  });
}
