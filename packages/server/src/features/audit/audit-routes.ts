import Type from 'typebox';
import { id, instant, projectName } from '../../management/names.ts';
import { listedUntil, listOf, pageOf, pageQuery } from '../../management/paging.ts';
import { ApiError } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { AuditEntry, AuditFilter, AuditKey, AuditOutcome, AuditStore } from '../../registry/ports/audit-store.ts';
import { type ExportFormat, exportFormats, shownEntry } from './audit-format.ts';

/** Entries that an export reads at once. */
const exportPage = 500;

const entry = Type.Object(
  {
    id,
    at: instant,
    actor: Type.String({
      examples: ['user:12:alice'],
      description: 'Who: `user:ID:NAME`, `robot:ID:NAME`, `anonymous`, `system:WORK`, `command-line:NAME`.',
    }),
    credential: Type.String({
      description: 'With what: `password`, `access-token:17`, `robot:4`, `registry-token`; `refused` for a login that was.',
    }),
    address: Type.Optional(Type.String()),
    requestId: Type.Optional(Type.String({ description: 'As in `X-Request-Id` and in the log.' })),
    action: Type.String({ examples: ['tag.moved', 'pull', 'login'] }),
    resource: Type.Object({ kind: Type.String(), name: Type.String() }),
    outcome: Type.Enum(['allowed', 'denied']),
    reason: Type.String({ description: 'Why it was allowed or denied.' }),
    count: Type.Integer({ description: 'How often: pulls of a minute, and repeats of a denial, are one entry.' }),
    detail: Type.Object({}, { additionalProperties: true }),
  },
  { $id: 'AuditEntry' },
);

const filters = {
  actor: Type.Optional(Type.String({ maxLength: 512 })),
  action: Type.Optional(Type.String({ maxLength: 100 })),
  outcome: Type.Optional(Type.Enum(['allowed', 'denied'])),
  resource: Type.Optional(Type.String({ maxLength: 512, description: 'Name of the repository, project, user... it is about.' })),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Inclusive.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Exclusive.' })),
};

interface Filters {
  readonly actor?: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly resource?: string;
  readonly from?: string;
  readonly to?: string;
}

const keys = Type.Tuple([Type.Integer(), Type.Integer()]);

/** `/audit`, `/audit/export/FORMAT` and `/projects/{project}/audit`. */
export function auditRoutes(store: Pick<AuditStore, 'listAudit'>): Route[] {
  return [
    listAudit(store),
    exportAudit(store, 'jsonl', 'exportAuditAsJsonLines'),
    exportAudit(store, 'csv', 'exportAuditAsCsv'),
    listProjectAudit(store),
  ];
}

function listAudit(store: Pick<AuditStore, 'listAudit'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/audit',
    operationId: 'listAudit',
    summary: 'Who did what, everywhere, newest first',
    tag: 'audit',
    needs: { action: 'audit', on: () => ({ kind: 'registry' }) },
    query: { ...filters, ...pageQuery },
    responses: { 200: listOf(entry) },
    problems: ['invalid-cursor'],
    handle: (request) => pageOfAudit(store, request, filterOf(request.query)),
  });
}

function listProjectAudit(store: Pick<AuditStore, 'listAudit'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/projects/{project}/audit',
    operationId: 'listProjectAudit',
    summary: 'Who did what in a project, newest first',
    tag: 'audit',
    needs: { action: 'audit', on: ({ project }) => ({ kind: 'project', name: project }) },
    params: { project: projectName },
    query: { ...filters, ...pageQuery },
    responses: { 200: listOf(entry) },
    problems: ['invalid-cursor'],
    handle: (request) => pageOfAudit(store, request, { ...filterOf(request.query), project: request.params.project }),
  });
}

/** Each format has a path of its own, so that each answer has one media type. */
function exportAudit(store: Pick<AuditStore, 'listAudit'>, format: ExportFormat, operationId: string): Route {
  const { contentType, description, head, line } = exportFormats[format];
  return defineRoute({
    method: 'GET',
    path: `/audit/export/${format}`,
    operationId,
    summary: `The whole log as ${format === 'csv' ? 'CSV' : 'JSON lines'}, or what the filters leave of it, newest first`,
    tag: 'audit',
    needs: { action: 'audit', on: () => ({ kind: 'registry' }) },
    query: filters,
    responses: { 200: { contentType, description } },
    handle: async ({ query }) => ({ status: 200, pieces: linesOf(store, filterOf(query), head, line) }),
  });
}

type PageRequest = Parameters<typeof pageOf>[0];

async function pageOfAudit(store: Pick<AuditStore, 'listAudit'>, request: PageRequest, filter: AuditFilter) {
  const { limit, after } = pageOf(request, keys);
  const page = await store.listAudit(filter, { limit, after: after && { at: after[0], id: after[1] } });
  return listedUntil(request, page.items.map(shownEntry), page.next && [page.next.at, page.next.id]);
}

function filterOf({ actor, action, outcome, resource, from, to }: Filters): AuditFilter {
  return { actor, action, outcome: outcome as AuditOutcome | undefined, resource, from: instantOf(from), to: instantOf(to) };
}

function instantOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new ApiError('invalid-request', { detail: `'${text}' is no instant: write it as 2026-01-31T09:30:00Z.` });
  return at;
}

/** Line by line, as fast as they are taken; holds one page. */
async function* linesOf(
  store: Pick<AuditStore, 'listAudit'>,
  filter: AuditFilter,
  head: string,
  line: (entry: AuditEntry) => string,
): AsyncGenerator<string> {
  if (head !== '') yield head;
  for (let after: AuditKey | undefined; ; ) {
    const page = await store.listAudit(filter, { limit: exportPage, after });
    if (page.items.length > 0) yield page.items.map(line).join('');
    if (page.next === undefined) return;
    after = page.next;
  }
}
