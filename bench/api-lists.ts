import { people } from '../packages/server/src/metadata/large-tenancy-bench.ts';

/** Who asks; `everybody`: without credentials. */
export type Person = keyof typeof people | 'everybody';

/** One address of the management API, or of the registry's own lists, and where a late page of it begins. */
export interface ListQuery {
  /** With the query. */
  readonly path: string;
  /** The keys of the entry before a late page, which a cursor of the first page is changed to. */
  readonly late?: readonly unknown[] | string | number;
  readonly method?: 'GET' | 'POST';
}

/** Whom the lists are measured for, and with which projects open to everybody. */
export interface ListPlan {
  readonly person: Person;
  /** All projects are public; otherwise all are private. */
  readonly open: boolean;
  readonly queries: readonly ListQuery[];
}

/** Facts of the generated rows that queries name. */
export interface ListedFacts {
  /** When everything was pushed, in milliseconds. */
  readonly at: number;
  readonly auditEntries: number;
  /** Digests of a blob that every repository has, of one that only the first repository has, and of one that nobody has. */
  readonly blobs: { readonly everywhere: string; readonly hidden: string; readonly nowhere: string };
}

const first = 'project0000';
const tagged = encodeURIComponent('project0000/repository00000/app');

/** What everybody sees a part of. */
const partial: readonly ListQuery[] = [
  { path: '/api/v1/projects?limit=50', late: ['project9000'] },
  { path: '/api/v1/projects?limit=200' },
  { path: '/api/v1/projects?sort=-createdAt', late: [0, 1000] },
  { path: '/api/v1/projects?visibility=private', late: ['project9000'] },
  { path: '/api/v1/projects?visibility=public', late: ['project9000'] },
  { path: '/api/v1/projects?environment=prod', late: ['project9000'] },
  { path: '/api/v1/projects?environment=prod&sort=-createdAt' },
  { path: '/api/v1/projects?visibility=internal&environment=test&sort=-createdAt' },
  { path: '/api/v1/projects?q=project0' },
  { path: '/api/v1/projects?q=nothing' },
  { path: '/api/v1/repositories?q=app', late: ['app', 28, 90_000] },
  { path: '/api/v1/repositories?q=app&limit=200' },
  { path: '/api/v1/repositories?q=project', late: ['project9000/repository09000/app', 0, 0] },
  { path: '/api/v1/repositories?q=repository00008' },
  { path: '/api/v1/repositories?q=nothing' },
  { path: '/api/v1/search?query=project00' },
  { path: '/api/v1/search?query=first00' },
  { path: '/api/v1/search?query=t0000' },
  { path: '/api/v1/search?query=vendor%3Dacme' },
  { path: '/api/v1/search?query=team7' },
  { path: '/api/v1/search?query=abcdef' },
  { path: '/api/v1/search?query=nothing' },
  { path: '/api/v1/search?kind=tag&query=t0' },
  { path: '/api/v1/search?kind=label&query=vendor%3Dacme' },
  { path: '/api/v1/overview' },
  { path: '/v2/_catalog?n=100' },
  { path: '/v2/_catalog?n=100&last=project9000' },
];

/** Lists of one project. */
const ofProject = (project: string): readonly ListQuery[] => [
  { path: `/api/v1/projects/${project}/repositories`, late: `${project}/more/09000` },
  { path: `/api/v1/projects/${project}/repositories?prefix=${project}/more/05` },
  { path: `/api/v1/projects/${project}/repositories?prefix=${project}/nothing` },
];

/** Lists of the repository of most tags. */
const ofRepository: readonly ListQuery[] = [
  { path: `/api/v1/repositories/${tagged}/tags`, late: 'first0090000' },
  { path: `/api/v1/repositories/${tagged}/tags?sort=-updatedAt`, late: [Number.MAX_SAFE_INTEGER, 'first0010000'] },
  { path: `/api/v1/repositories/${tagged}/tags?prefix=first00` },
  { path: `/api/v1/repositories/${tagged}/tags?prefix=nothing` },
  { path: `/api/v1/repositories/${tagged}/manifests`, late: [Number.MAX_SAFE_INTEGER, 1000] },
  { path: `/api/v1/repositories/${tagged}/manifests?mediaType=application/vnd.example.1` },
  { path: `/api/v1/repositories/${tagged}/manifests?artifactType=application/vnd.example.kind1` },
  { path: `/api/v1/repositories/${tagged}/manifests?artifactType=nothing/x` },
  { path: `/api/v1/repositories/${tagged}/tags/first0000000/history`, late: 100_000 },
];

const auditQueries = ({ at, auditEntries }: ListedFacts): readonly string[] => {
  const instant = (share: number) => new Date(at - auditEntries + Math.floor(auditEntries * share)).toISOString();
  return [
    '',
    '?actor=user:7:user7',
    '?actor=nobody',
    '?action=pull',
    '?action=nothing',
    '?outcome=denied',
    '?resource=project7/app',
    `?to=${instant(0.1)}`,
    `?from=${instant(0.4)}&to=${instant(0.5)}`,
    '?action=pull&outcome=denied',
    '?actor=user:7:user7&action=pull',
    '?actor=user:7:user7&outcome=denied',
    '?actor=user:7:user7&resource=project8/app',
    '?resource=project7/app&action=pull',
  ];
};

/** Of whoever administers a project. */
const ofOwner = (project: string, facts: ListedFacts): readonly ListQuery[] => [
  ...auditQueries(facts).map((query) => ({ path: `/api/v1/projects/${project}/audit${query}` })),
  { path: `/api/v1/projects/${project}/robots` },
  { path: `/api/v1/projects/${project}/members` },
  { path: `/api/v1/projects/${project}/roles` },
  { path: `/api/v1/projects/${project}/tag-rules` },
  { path: `/api/v1/projects/${project}/jobs` },
  { path: `/api/v1/projects/${project}/retention/runs` },
  { path: `/api/v1/projects/${project}/webhooks` },
  { path: `/api/v1/promotions?project=${project}` },
];

const ofAdministrator = (facts: ListedFacts): readonly ListQuery[] => [
  ...auditQueries(facts).map((query) => ({ path: `/api/v1/audit${query}` })),
  { path: '/api/v1/users', late: 'user1900' },
  { path: '/api/v1/users?prefix=user1' },
  { path: '/api/v1/users?prefix=nothing' },
  { path: `/api/v1/users/${people.administrator}/tokens`, late: 900 },
  { path: '/api/v1/groups', late: 'group190' },
  { path: '/api/v1/groups/group003/members', late: 'user1900' },
  { path: '/api/v1/roles' },
  { path: '/api/v1/robots' },
  { path: '/api/v1/webhooks' },
  { path: '/api/v1/jobs', late: 100 },
  { path: '/api/v1/quotas' },
  { path: '/api/v1/quotas?sort=-usedBytes' },
  { path: '/api/v1/quotas?sort=-share' },
  { path: `/api/v1/promotions?repository=${tagged}`, late: 1000 },
  { path: `/api/v1/promotions?source=${tagged}` },
  { path: `/api/v1/projects/${first}/webhooks/1/deliveries`, late: 1000 },
  { path: `/api/v1/projects/${first}/webhooks/1/deliveries?state=failed`, late: 1000 },
  { path: `/api/v1/projects/${first}/webhooks/1/deliveries?state=pending` },
];

/** A token for ten repositories, and mounts of blobs from wherever there is one. */
const ofClients = (project: string, { blobs }: ListedFacts): readonly ListQuery[] => [
  {
    path: `/auth/token?service=longshore${Array.from({ length: 10 }, (_, n) => `&scope=repository:${project}/more/${n}:pull,push`).join('')}`,
  },
  ...Object.values(blobs).map((digest): ListQuery => ({ method: 'POST', path: `/v2/${project}/mounted/blobs/uploads/?mount=${digest}` })),
];

/** Every list, search and filter there is, for each kind of person. */
export function listPlans(facts: ListedFacts): ListPlan[] {
  const me: ListQuery = { path: '/api/v1/me' };
  return [
    {
      person: 'administrator',
      open: false,
      queries: [
        ...partial,
        ...ofProject(first),
        ...ofRepository,
        ...ofOwner(first, facts),
        ...ofAdministrator(facts),
        ...ofClients(first, facts),
      ],
    },
    {
      person: 'memberOf5',
      open: false,
      queries: [me, ...partial, ...ofProject(first), ...ofRepository, ...ofOwner(first, facts), ...ofClients('project0007', facts)],
    },
    { person: 'memberOf1000', open: false, queries: [me, ...partial, ...ofProject('project0002'), ...ofClients('project0002', facts)] },
    { person: 'stranger', open: false, queries: [me, ...partial] },
    { person: 'stranger', open: true, queries: [...partial, ...ofProject(first), ...ofRepository] },
    { person: 'memberOf1000', open: true, queries: partial },
    { person: 'everybody', open: true, queries: [...partial, ...ofProject(first), ...ofRepository] },
  ];
}
