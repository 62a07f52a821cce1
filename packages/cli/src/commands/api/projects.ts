import type { ApiRow } from './api-row.ts';

const projectColumns = ['name', 'visibility', 'environment', 'promotesTo', 'sizeBytes', 'createdAt'];
const ruleColumns = ['id', 'kind', 'repositories', 'tags', 'roles', 'createdAt'];
const runColumns = ['id', 'kind', 'outcome', 'startedAt', 'tagsKept', 'tagsRemoved', 'manifestsRemoved', 'message'];

/** Projects with their limits and rules. */
export const projectRows: readonly ApiRow[] = [
  {
    name: 'project ls',
    call: 'listProjects',
    columns: projectColumns,
    examples: ['longshore project ls', 'longshore project ls --environment prod -o name'],
  },
  { name: 'project show', call: 'getProject', examples: ['longshore project show team'] },
  { name: 'project access', call: 'getProjectAccess', named: 'actions', examples: ['longshore project access team'] },
  {
    name: 'project create',
    call: 'createProject',
    words: ['name'],
    examples: ['longshore project create team', 'longshore project create team --visibility private --promotes-to team-prod'],
  },
  {
    name: 'project edit',
    call: 'updateProject',
    examples: ['longshore project edit team --visibility public', 'longshore project edit team --no-promotes-to'],
  },
  {
    name: 'project rm',
    call: 'deleteProject',
    loses: 'The project with its members, robots and rules, and with --force every image in it',
    shows: 'getProject',
    examples: ['longshore project rm team', 'longshore project rm team --force --yes'],
  },
  {
    name: 'quota ls',
    call: 'listQuotas',
    columns: ['project', 'storage.usedBytes', 'storage.limitBytes', 'tags.used', 'tags.limit'],
    named: 'project',
    examples: ['longshore quota ls --over 80'],
  },
  { name: 'quota show', call: 'getQuota', named: 'project', examples: ['longshore quota show team'] },
  {
    name: 'quota set',
    call: 'updateQuota',
    named: 'project',
    examples: ['longshore quota set team --limit-bytes 50GiB --limit-tags 1000', 'longshore quota set team --no-limit-bytes'],
  },
  {
    name: 'retention show',
    call: 'getRetentionPolicy',
    named: 'project',
    examples: ['longshore retention show team -o json > policy.json'],
  },
  { name: 'retention set', call: 'setRetentionPolicy', named: 'project', examples: ['longshore retention set team --file policy.json'] },
  {
    name: 'retention rm',
    call: 'deleteRetentionPolicy',
    loses: 'The retention policy of the project',
    examples: ['longshore retention rm team'],
  },
  {
    name: 'retention preview',
    call: 'previewRetention',
    columns: ['repository', 'tag', 'kept', 'reason', 'pushedAt', 'pulledAt'],
    named: 'tag',
    examples: ['longshore retention preview team', 'longshore retention preview team --policy "$(cat policy.json)"'],
  },
  {
    name: 'retention run',
    waits: true,
    call: 'startRetentionRun',
    summary: 'Starts a run of the retention policy now',
    named: 'jobs',
    examples: ['longshore retention run team --wait'],
  },
  { name: 'retention runs', call: 'listRetentionRuns', columns: runColumns, named: 'id', examples: ['longshore retention runs team'] },
  { name: 'promotion policy', call: 'getPromotionPolicy', named: 'roles', examples: ['longshore promotion policy team-prod'] },
  {
    name: 'promotion require',
    call: 'setPromotionPolicy',
    named: 'roles',
    examples: [
      'longshore promotion require team-prod --from-chain-only --minimum-age-minutes 60 --required-referrers "" --roles maintainer',
    ],
  },
  {
    name: 'promotion ls',
    call: 'listPromotions',
    columns: ['id', 'at', 'by', 'from.repository', 'from.tag', 'to.repository', 'to.tag', 'state'],
    named: 'id',
    examples: ['longshore promotion ls --project team-prod'],
  },
  { name: 'promotion show', call: 'getPromotion', named: 'id', examples: ['longshore promotion show 17'] },
  { name: 'promotion undo', call: 'undoPromotion', named: 'id', examples: ['longshore promotion undo 17'] },
  { name: 'rule ls', call: 'listTagRules', columns: ruleColumns, named: 'id', examples: ['longshore rule ls team'] },
  { name: 'rule show', call: 'getTagRule', named: 'id', examples: ['longshore rule show team 3'] },
  {
    name: 'rule create',
    call: 'createTagRule',
    words: ['kind', 'tags'],
    named: 'id',
    examples: ["longshore rule create team immutable 'v*'", 'longshore rule create team protected latest --roles maintainer'],
  },
  { name: 'rule edit', call: 'updateTagRule', named: 'id', examples: ["longshore rule edit team 3 --tags 'release-*'"] },
  { name: 'rule rm', call: 'deleteTagRule', loses: 'The rule over tags', examples: ['longshore rule rm team 3'] },
];
