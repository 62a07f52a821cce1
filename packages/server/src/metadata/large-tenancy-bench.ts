import { createHash } from 'node:crypto';
import { searchWords } from './search-words.ts';
import type { SqlDialect } from './sql-session.ts';

/** How much of what people manage a generated registry holds, besides its content (`registryRows`). */
export interface TenancySize {
  readonly projects: number;
  readonly users: number;
  readonly groups: number;
  readonly robots: number;
  /** All in the first project, besides the others. */
  readonly repositoriesInFirst: number;
  /** All in the first repository. */
  readonly manifestsInFirst: number;
  readonly auditEntries: number;
  /** Half of them of one webhook. */
  readonly deliveries: number;
  readonly promotions: number;
  readonly jobs: number;
}

/**
 * Who looks at the lists: an administrator; members of five and of a thousand projects, of which one and half come through a group; somebody
 * without any role. All have the same kind of access token.
 */
export const people = { administrator: 'user0000', memberOf5: 'user0001', memberOf1000: 'user0002', stranger: 'user0003' } as const;

/** The access token of one of `people`. */
export function tokenOf(name: string): string {
  return `lsp_${secretOf(name)}`;
}

const secretOf = (name: string) => name.padEnd(43, '0');
const firstOthers = 10;

/** What the two databases call differently. */
const words = {
  sqlite: {
    bytes: (hex: string) => `x'${hex}'`,
    digest: (number: string) => `digest_of_number(${number})`,
    padded: (number: string, width: number) => `printf('%0${width}d', ${number})`,
  },
  postgres: {
    bytes: (hex: string) => `cast('\\x${hex}' as bytea)`,
    digest: (number: string) => `sha256(cast(cast(${number} as text) as bytea))`,
    padded: (number: string, width: number) => `lpad(cast(${number} as text), ${width}, '0')`,
  },
} satisfies Record<SqlDialect, object>;

const numbers = (count: number) =>
  `(with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1}) select i from n) as numbers`;
const user = (i: string) => `((select id from users where name = '${people.administrator}') + ${i})`;
const role = (name: string) => `(select id from roles where name = '${name}' and project_id is null)`;

/** For measurements: the statements that add tenants to the rows of `registryRows`, which were pushed by `at` (milliseconds). */
export function tenancyRows(dialect: SqlDialect, size: TenancySize, at: number): string[] {
  return [
    ...repositoryRows(dialect, size, at),
    ...accountRows(dialect, size, at),
    ...bindingRows(size, at),
    ...robotRows(dialect, size, at),
    ...auditRows(size, at),
    ...webhookRows(size, at),
    ...workRows(dialect, size, at),
  ];
}

/** Every second repository is an `app`, so that one search finds half of all. All have the same base layer. */
function repositoryRows(dialect: SqlDialect, { repositoriesInFirst, manifestsInFirst }: TenancySize, at: number): string[] {
  const { digest, padded } = words[dialect];
  // Where the words of a name begin is the same for all names of one form.
  const findable = (sample: string, where: string) =>
    searchWords(sample).map(
      ({ position }) => `insert into repository_words (word, position, repository_id, project_id)
        select substr(name, ${position + 1}), ${position}, id, project_id from repositories where ${where}`,
    );
  const more = `project_id = 1 and name >= 'project0000/more/' and name < 'project0000/more0'`;
  return [
    `update repositories set name = name || case id % 2 when 1 then '/app' else '/lib' end`,
    ...findable('project0000/repository00000/app', '1 = 1'),
    `insert into repositories (project_id, name, created_at)
       select 1, 'project0000/more/' || ${padded('i', 5)}, ${at} from ${numbers(repositoriesInFirst)}`,
    ...findable('project0000/more/00000', more),
    `insert into repository_blobs (repository_id, blob_id, linked_at, renewed_at) select id, 1, ${at}, ${at} from repositories where id > 1`,
    `insert into project_blobs (project_id, blob_id, links) select id, 1, 10 from projects where id > 1`,
    `insert into manifests (repository_id, digest, media_type, artifact_type, size, pushed_at, pushed_by, renewed_at, bytes)
       select 1, ${digest('-i - 10000000')}, 'application/vnd.example.' || (i % 3), 'application/vnd.example.kind' || (i % 3), 500, ${at} + i,
         'system:bench', ${at}, ${digest('i')} from ${numbers(manifestsInFirst)}`,
    `insert into tag_history (repository_id, tag, actor, at) select 1, 'first0000000', 'system:bench', ${at} + i from ${numbers(10_000)}`,
    `update projects set environment = case id % 10 when 0 then 'prod' when 1 then 'test' when 2 then 'dev' end`,
    `update usage set limit_bytes = 1000000000, tags = 10 where project_id % 3 = 0`,
  ];
}

function accountRows(dialect: SqlDialect, { users, groups }: TenancySize, at: number): string[] {
  const { bytes, digest, padded } = words[dialect];
  const tokens = Object.values(people).map(
    (name) => `insert into access_tokens (user_id, name, secret_hash, created_at)
      select id, 'bench', ${bytes(createHash('sha256').update(secretOf(name)).digest('hex'))}, ${at} from users where name = '${name}'`,
  );
  return [
    `insert into users (name, administrator, disabled, version, created_at, updated_at)
       select 'user' || ${padded('i', 4)}, case i when 0 then 1 else 0 end, 0, 1, ${at}, ${at} from ${numbers(users)}`,
    ...tokens,
    `insert into access_tokens (user_id, name, secret_hash, created_at)
       select ${user('0')}, 'token ' || i, ${digest('-i - 20000000')}, ${at} from ${numbers(1000)}`,
    `insert into groups (name, created_at, created_by) select 'group' || ${padded('i', 3)}, ${at}, 'system:bench' from ${numbers(groups)}`,
    // The first two groups are those of the members who are measured.
    `insert into group_members (user_id, group_id, added_at)
       select ${user('i')}, case when i < ${firstOthers} then i else 3 + i % ${groups - 2} end, ${at} from ${numbers(users)} where i in (1, 2) or i >= ${firstOthers}`,
    `insert into group_members (user_id, group_id, added_at)
       select ${user('i')}, 3, ${at} from ${numbers(users)} where i >= ${firstOthers} on conflict do nothing`,
  ];
}

/** Each project has an owner, a writer and a group; the members have theirs besides. */
function bindingRows({ users, groups }: TenancySize, at: number): string[] {
  const others = users - firstOthers;
  const into =
    'insert into role_bindings (project_id, subject_kind, subject_id, role_id, range_low, range_high, pattern, created_at, created_by)';
  const bind = (kind: string, subject: string, given: string, where: string, from = 'projects p') =>
    `${into} select p.id, '${kind}', ${subject}, ${role(given)}, p.name, p.name || '/{', '**', ${at}, 'system:bench' from ${from} where ${where}
     on conflict do nothing`;
  return [
    bind('user', user(`${firstOthers} + p.id % ${others}`), 'owner', '1 = 1'),
    bind('user', user(`${firstOthers} + (p.id * 3 + 1) % ${others}`), 'writer', '1 = 1'),
    bind('group', `3 + p.id % ${groups - 2}`, 'reader', '1 = 1'),
    bind('user', user(`${firstOthers} + i`), 'reader', 'p.id = 1', `projects p cross join ${numbers(others)}`),
    bind('user', user('1'), 'owner', 'p.id in (8, 2008, 4008, 6008)'),
    bind('group', '1', 'owner', 'p.id = 1'),
    bind('user', user('2'), 'maintainer', 'p.id % 20 = 3'),
    bind('group', '2', 'reader', 'p.id % 20 = 4'),
    `insert into roles (project_id, name, actions, built_in, version, created_at, created_by)
       select null, 'custom' || i, 17, 0, 1, ${at}, 'system:bench' from ${numbers(500)}`,
  ];
}

/** A quarter of the first project, a twentieth of the registry, the others of a project each. */
function robotRows(dialect: SqlDialect, { robots }: TenancySize, at: number): string[] {
  const { digest, padded } = words[dialect];
  return [
    `insert into robots (project_id, name, description, disabled, created_at, created_by, version, epoch, announced)
       select case when i % 4 = 0 then 1 when i % 20 = 1 then null else i end, 'robot' || ${padded('i', 5)}, '', 0, ${at}, 'system:bench', 1, 1, 0
       from ${numbers(robots)}`,
    `insert into robot_secrets (robot_id, secret_hash, created_at) select id, ${digest('-id - 30000000')}, ${at} from robots`,
    `insert into role_bindings (project_id, subject_kind, subject_id, role_id, range_low, range_high, pattern, created_at, created_by)
       select p.id, 'robot', ro.id, ${role('writer')}, p.name, p.name || '/{', '**', ${at}, 'system:bench'
       from robots ro join projects p on p.id = ro.project_id`,
  ];
}

/** One in fifty was denied, and none of those that pulled, which are half of all. The first project has one in a hundred. */
function auditRows({ projects, users, auditEntries }: TenancySize, at: number): string[] {
  return [
    `insert into audit_log (at, actor, credential, address, request_id, action, resource_kind, resource, project_id, outcome, reason, count, detail)
       select ${at} - ${auditEntries} + i, 'user:' || (i % ${users}) || ':user' || (i % ${users}), 'access-token:' || (i % 100), '127.0.0.1', null,
         case when i % 2 = 0 then 'pull' else 'action' || (i % 20) end, 'repository', 'project' || (i % ${projects}) || '/app',
         case when i % 100 = 7 then 1 else i % ${projects} + 1 end, case when i % 50 = 1 then 1 else 0 end, 'a role', 1, '{}'
       from ${numbers(auditEntries)}`,
  ];
}

function webhookRows({ deliveries }: TenancySize, at: number): string[] {
  const event = `'{"type":"image.pushed","data":{}}'`;
  const columns =
    'project_id, name, url, events, repositories, tags, format, header_names, has_secret, enabled, version, created_at, created_by, updated_at';
  const values = `'hook' || i, 'https://hooks.example', '[]', '[]', '[]', 'cloudevents', '[]', 0, 0, 1, ${at}, 'system:bench', ${at}`;
  return [
    `insert into webhooks (${columns}) select 1, ${values} from ${numbers(200)}`,
    `insert into webhooks (${columns}) select i + 2, ${values} from ${numbers(1000)}`,
    `insert into webhooks (${columns}) select null, ${values} from ${numbers(200)}`,
    `insert into webhook_deliveries (webhook_id, event_key, event, state, attempts, available_at, created_at, finished_at, status)
       select case i % 2 when 0 then 1 else 2 + i % 1000 end, 'e' || i, ${event}, case i % 50 when 0 then 'failed' else 'delivered' end, 1, ${at}, ${at}, ${at}, 200
       from ${numbers(deliveries)}`,
  ];
}

/** What was promoted (half into the first project), jobs, runs, rules. */
function workRows(dialect: SqlDialect, { promotions, jobs, projects }: TenancySize, at: number): string[] {
  const { digest } = words[dialect];
  return [
    `insert into promotions (at, actor, from_repository_id, from_tag, to_repository_id, to_project_id, to_tag, digest, manifests, blobs, added_bytes, undo_until)
       select ${at} + i, 'system:bench', 1 + i % 1000, 'v1', case i % 2 when 0 then 1 else 1 + i % ${projects} end, case i % 2 when 0 then 1 else 1 + i % ${projects} end,
         'v1', ${digest('i')}, 1, 2, 0, ${at} from ${numbers(promotions)}`,
    `insert into jobs (name, input, state, available_at, created_at, finished_at, project_id)
       select 'bench', '{}', 'done', ${at}, ${at}, ${at}, 1 + i % 100 from ${numbers(jobs)}`,
    `insert into retention_runs (project_id, kind, requested_by, started_at, finished_at, outcome)
       select 1 + i % 2, 'schedule', 'system:bench', ${at}, ${at}, 'done' from ${numbers(10_000)}`,
    `insert into tag_rules (project_id, repositories, range_low, range_high, tags, kind, roles, created_at, created_by, version)
       select 1, '**', 'project0000', 'project0000/{', 'never-' || i, 'immutable', '[]', ${at}, 'system:bench', 1 from ${numbers(100)}`,
    'update projects set tag_rules = 100 where id = 1',
  ];
}
