import { gzipSync } from 'node:zlib';
import { digestOfNumber, registryRows } from '../../packages/server/src/metadata/large-registry-bench.ts';
import { people, tenancyRows } from '../../packages/server/src/metadata/large-tenancy-bench.ts';
import type { SqlDialect } from '../../packages/server/src/metadata/sql-session.ts';

/** Large enough that a plan which reads a whole table is seen, and filled within seconds. */
export const registrySize = { projects: 1500, repositories: 3000, manifests: 6000, blobs: 12_000, tags: 6000, tagsInFirst: 5000 };
/** Likewise. */
export const tenancySize = {
  projects: registrySize.projects,
  users: 1000,
  groups: 1000,
  robots: 1400,
  repositoriesInFirst: 3000,
  manifestsInFirst: 5000,
  auditEntries: 20_000,
  deliveries: 6000,
  promotions: 4000,
  jobs: 4000,
};
/** When everything was made; some instants in the audit log are after it. */
const at = Date.parse('2026-01-31T09:30:00Z');

const numbers = (count: number) =>
  `(with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1}) select i from n) as numbers`;

/** The statements that fill a new database so that every list of the management API has more than a page. */
export function listedRows(dialect: SqlDialect): string[] {
  return [
    ...registryRows(dialect, registrySize, at),
    ...tenancyRows(dialect, tenancySize, at),
    ...moreRows,
    sessionRows(dialect),
    ...comparisonRows(dialect),
  ];
}

const bind = `insert into role_bindings (project_id, subject_kind, subject_id, role_id, range_low, range_high, pattern, created_at, created_by)
  select`;
const reader = `(select id from roles where name = 'reader' and project_id is null)`;

const moreRows: readonly string[] = [
  `update projects set visibility = case id % 3 when 0 then 'public' when 1 then 'private' else 'internal' end`,
  // Somebody with roles in all projects, and people with roles in the whole registry.
  `${bind} p.id, 'user', u.id, ${reader}, p.name, p.name || '/{', '**', ${at}, 'system:bench'
     from projects p join users u on u.name = '${people.stranger}'`,
  `${bind} null, 'user', u.id, ${reader}, '', '{', '**', ${at}, 'system:bench' from users u where u.name >= 'user0010'`,
  `insert into roles (project_id, name, actions, built_in, version, created_at, created_by)
     select 1, 'own' || i, 17, 0, 1, ${at}, 'system:bench' from ${numbers(100)}`,
  `insert into webhook_deliveries (webhook_id, event_key, event, state, attempts, available_at, created_at)
     select 1201, 'e' || i, '{"type":"image.pushed","data":{}}', case i % 2 when 0 then 'pending' else 'delivered' end, 1, ${at}, ${at}
     from ${numbers(1000)}`,
  `insert into identity_links (user_id, provider, external_id, external_name, created_at, last_seen_at)
     select id, 'idp', name, name, ${at}, ${at} from users`,
  `insert into identity_links (user_id, provider, external_id, external_name, created_at, last_seen_at)
     select u.id, 'idp' || i, u.name, u.name, ${at}, ${at} from ${numbers(1000)} cross join users u where u.name = '${people.administrator}'`,
  // More than any robot may have, so that its list has a second page.
  `insert into robot_trusts (robot_id, kind, issuer, rule, created_at, created_by)
     select r.id, 'token', 'issuer' || i, 'true', ${at}, 'system:bench' from ${numbers(30)} cross join robots r where r.id <= 100`,
  `insert into garbage_runs (started_at, finished_at, requested_by, report) select ${at}, ${at}, 'system:gc', '{}' from ${numbers(60)}`,
  `insert into audit_sinks (name) values ('one'), ('two')`,
  `insert into audit_unforwarded (sink_id, audit_id, held_until) select s.id, a.id, case a.id % 2 when 0 then ${at} else 0 end
     from audit_sinks s cross join audit_log a`,
];

/** The first manifest, and where it is. */
const first = { repository: 'project0000/repository00000/app', digest: digestOfNumber(-1).toString('hex') };
const firstSide = `${first.repository} sha256:${first.digest}`;
/** Of the first manifest with itself, as the API names it. */
export const comparison = Buffer.from(`${firstSide} ${firstSide}`).toString('base64url');

function comparisonRows(dialect: SqlDialect): string[] {
  const bytes = (hex: string) => (dialect === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'::bytea`);
  const files = Array.from({ length: 90 }, (_, place) => ({ path: `etc/${100 + place}`, change: 'added' }));
  const page = bytes(gzipSync(JSON.stringify(files)).toString('hex'));
  const summary = JSON.stringify({ findings: { config: [], packages: [], counts: {} }, from: [], to: [] });
  const digest = bytes(first.digest);
  return [
    `insert into comparisons (from_digest, to_digest, job_id, turn, summary, stored_bytes, used_at)
       values (${digest}, ${digest}, 1, 'one', '${summary}', 1, ${at})`,
    `insert into comparison_pages (comparison_id, turn, change, last_path, entries) values (1, 'one', 'added', 'etc/189', ${page})`,
  ];
}

/** The year 2100. */
const forever = 4_102_444_800_000;

function sessionRows(dialect: SqlDialect): string {
  const secret = dialect === 'sqlite' ? 'randomblob(32)' : 'uuid_send(gen_random_uuid())';
  return `insert into sessions (secret_hash, user_id, user_version, provider, created_at, expires_at, last_seen_at, address, user_agent)
    select ${secret}, u.id, 1, 'password', ${at}, ${forever}, ${at}, '127.0.0.1', 'bench'
    from ${numbers(1000)} cross join users u where u.name = '${people.administrator}'`;
}
