import type { ApiRow } from './api-row.ts';

const jobColumns = ['id', 'name', 'state', 'project', 'requestedBy', 'attempts', 'createdAt', 'finishedAt', 'failure'];
const auditColumns = ['at', 'actor', 'action', 'outcome', 'resource.kind', 'resource.name', 'reason', 'count'];

/** What runs the registry: its log, its jobs, clean-ups. */
export const operationRows: readonly ApiRow[] = [
  { name: 'whoami', call: 'getMe', summary: 'Shows who you are to the registry', examples: ['longshore whoami'] },
  {
    name: 'overview',
    call: 'getOverview',
    examples: ['longshore overview', 'longshore overview -o json'],
  },
  { name: 'admin storage', call: 'getStorage', examples: ['longshore admin storage'] },
  {
    name: 'admin settings',
    call: 'listSettings',
    lists: 'settings',
    columns: ['key', 'value', 'source'],
    named: 'key',
    examples: ['longshore admin settings', 'longshore admin settings -o yaml'],
  },
  {
    name: 'gc ls',
    call: 'listGarbageRuns',
    columns: ['id', 'startedAt', 'finishedAt', 'by', 'failure'],
    named: 'id',
    examples: ['longshore gc ls --limit 5'],
  },
  {
    name: 'audit ls',
    call: ['listAudit', 'listProjectAudit'],
    columns: auditColumns,
    named: 'id',
    examples: ['longshore audit ls --project team --outcome denied --limit 20'],
  },
  { name: 'audit csv', call: 'exportAuditAsCsv', examples: ['longshore audit csv --from 2026-01-01T00:00:00Z --save audit.csv'] },
  { name: 'audit jsonl', call: 'exportAuditAsJsonLines', examples: ['longshore audit jsonl | jq .action'] },
  {
    name: 'job ls',
    call: ['listJobs', 'listProjectJobs'],
    columns: jobColumns,
    named: 'id',
    examples: ['longshore job ls', 'longshore job ls --project team'],
  },
  {
    name: 'job show',
    waits: true,
    call: ['getJob', 'getProjectJob'],
    named: 'id',
    examples: ['longshore job show 12', 'longshore job show 12 --wait'],
  },
  { name: 'job cancel', call: ['cancelJob', 'cancelProjectJob'], named: 'id', examples: ['longshore job cancel 12'] },
  { name: 'job retry', waits: true, call: ['retryJob', 'retryProjectJob'], named: 'id', examples: ['longshore job retry 12 --wait'] },
  {
    name: 'cleanup',
    waits: true,
    call: ['cleanUp', 'cleanUpProject'],
    flagNames: { name: 'repo', repository: 'repo' },
    summary: 'Removes what nobody has pushed or pulled for some days',
    loses: 'Tags that nobody has pushed or pulled for so long, and the images that nothing holds then',
    named: 'jobs',
    examples: ['longshore cleanup --repo team/app --days 30 --dry-run', 'longshore cleanup --project team --days 90 --yes --wait'],
  },
  {
    name: 'description',
    call: 'getDescription',
    summary: "Prints the description (OpenAPI) of the registry's API",
    examples: ['longshore description > openapi.json'],
  },
];
