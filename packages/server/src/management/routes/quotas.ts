import Type, { type Static } from 'typebox';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ListedQuota, ProjectQuota, QuotaStore } from '../../registry/ports/quota-store.ts';
import { dayOf, formatDay } from '../../registry/utc-day.ts';
import { projectName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery, sortedBy } from '../paging.ts';
import { notFound, stale } from '../problems.ts';
import { defineRoute, type Route } from '../route.ts';

const limit = (description: string) =>
  Type.Union([Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Type.Null()], {
    description: `${description}; null: no limit.`,
  });
const used = Type.Integer({ minimum: 0 });
const percent = Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], { description: 'Of the limit, rounded down; null: no limit.' });

const quota = Type.Object(
  {
    project: projectName,
    storage: Type.Object({
      usedBytes: used,
      limitBytes: limit('Bytes of blobs, each once, and of the manifests of each repository'),
      percent,
    }),
    tags: Type.Object({ used, limit: limit('Tags'), percent }),
    pulls: Type.Object({
      day: Type.String({ format: 'date', description: 'Today in UTC.' }),
      usedBytes: Type.Integer({ minimum: 0, description: 'Served today, as far as replicas have told; they do every five seconds.' }),
      limitBytesPerDay: limit('Bytes served on one day'),
      percent,
    }),
  },
  { $id: 'Quota' },
);

const change = Type.Object(
  {
    limitBytes: Type.Optional(limit('Bytes of blobs, each once, and of the manifests of each repository')),
    limitTags: Type.Optional(limit('Tags')),
    limitPullBytesPerDay: Type.Optional(limit('Bytes served on one day')),
  },
  { additionalProperties: false, $id: 'QuotaChange', description: 'Members that are left out stay as they are.' },
);

const project = { project: projectName };
/** By what each order continues. */
const cursorKeys = {
  project: Type.Object({ project: Type.String(), orderedBy: Type.Integer() }),
  '-usedBytes': Type.Object({ project: Type.String(), orderedBy: Type.Integer() }),
  '-share': Type.Object({ project: Type.String(), orderedBy: Type.Number() }),
} as const;

/** `/projects/{project}/quota` and `/quotas`. */
export function quotaRoutes(quotas: Pick<QuotaStore, 'findQuota' | 'setQuota' | 'listQuotas'>, clock: () => Millis): Route[] {
  async function find(name: string): Promise<ProjectQuota> {
    const found = await quotas.findQuota(name, dayOf(clock()));
    if (found === undefined) throw notFound('project');
    return found;
  }
  const show = (found: ProjectQuota) => toQuota(found, clock());
  return [
    defineRoute({
      method: 'GET',
      path: '/projects/{project}/quota',
      operationId: 'getQuota',
      summary: 'What a project uses of its limits',
      tag: 'quotas',
      needs: { action: 'pull', on: (params) => ({ kind: 'project', name: params.project }) },
      params: project,
      responses: { 200: quota },
      handle: async ({ params }) => {
        const found = await find(params.project);
        return { status: 200, body: show(found), version: found.version };
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/projects/{project}/quota',
      operationId: 'updateQuota',
      summary: 'Change limits of a project',
      tag: 'quotas',
      needs: { action: 'administer', on: () => ({ kind: 'registry' }) },
      params: project,
      body: change,
      ifMatch: 'required',
      responses: { 200: quota },
      handle: async ({ params, body, ifMatch, by }) => {
        const limits = {
          ...(body.limitBytes !== undefined && { bytes: body.limitBytes }),
          ...(body.limitTags !== undefined && { tags: body.limitTags }),
          ...(body.limitPullBytesPerDay !== undefined && { pullBytesPerDay: body.limitPullBytesPerDay }),
        };
        const outcome = await quotas.setQuota({ project: params.project, limits, version: ifMatch ?? 'any', by, at: clock() });
        if (outcome === undefined) throw notFound('project');
        if (outcome === 'stale') throw stale();
        const found = await find(params.project);
        return { status: 200, body: show(found), version: found.version };
      },
    }),
    listRoute(quotas, clock),
  ];
}

function listRoute(quotas: Pick<QuotaStore, 'listQuotas'>, clock: () => Millis): Route {
  return defineRoute({
    method: 'GET',
    path: '/quotas',
    operationId: 'listQuotas',
    summary: 'What all projects use of their limits',
    tag: 'quotas',
    needs: { action: 'administer', on: () => ({ kind: 'registry' }) },
    query: {
      ...pageQuery,
      sort: sortedBy('project', '-usedBytes', '-share'),
      over: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 100, description: 'Only projects that use this share, in percent, of their bytes or tags.' }),
      ),
    },
    responses: { 200: listOf(quota) },
    handle: async (request) => {
      const { sort: order = 'project', over: least } = request.query;
      const { limit, after } = pageOf(request, cursorKeys[order]);
      const entries = await quotas.listQuotas({ order, least }, { limit: limit + 1, after }, dayOf(clock()));
      const page = { items: entries.slice(0, limit), more: entries.length > limit };
      return listed(
        request,
        page,
        ({ project, orderedBy }: ListedQuota) => ({ project, orderedBy }),
        (found) => toQuota(found, clock()),
      );
    },
  });
}

function toQuota({ project, limits, usedBytes, usedTags, pulledBytes }: ProjectQuota, at: Millis): Static<typeof quota> {
  return {
    project,
    storage: { usedBytes, limitBytes: limits.bytes, percent: percentOf(usedBytes, limits.bytes) },
    tags: { used: usedTags, limit: limits.tags, percent: percentOf(usedTags, limits.tags) },
    pulls: {
      day: formatDay(dayOf(at)),
      usedBytes: pulledBytes,
      limitBytesPerDay: limits.pullBytesPerDay,
      percent: percentOf(pulledBytes, limits.pullBytesPerDay),
    },
  };
}

/** A limit of nothing is full. */
function percentOf(used: number, limit: number | null): number | null {
  if (limit === null) return null;
  return limit === 0 ? 100 : Math.floor((used * 100) / limit);
}
