import Type, { type Static } from 'typebox';
import { formatInstant, id, instant } from '../../management/names.ts';
import { listed, listOf, pageOf, pageQuery } from '../../management/paging.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { GarbageRunEntry, GarbageRunStore } from '../../registry/ports/garbage-run-store.ts';
import { enqueueGarbageJob, type GarbageFeatureDeps, type GarbageJob } from './garbage-jobs.ts';

/** What the operations are made of. */
export interface GarbageRouteDeps extends GarbageFeatureDeps {
  readonly runs: GarbageRunStore;
}

const report = Type.Object(
  {
    manifests: Type.Integer(),
    links: Type.Integer({ description: 'Blobs taken out of one repository.' }),
    blobs: Type.Integer({ description: 'Stored copies of blobs.' }),
    uploads: Type.Integer(),
    orphans: Type.Integer({ description: 'Stored files that the database did not know.' }),
    bytes: Type.Integer({ description: 'Freed in the stores.' }),
    failed: Type.Integer({ description: 'Files that could not be deleted; the next run tries again.' }),
  },
  { $id: 'GarbageReport' },
);

const run = Type.Object(
  {
    id,
    startedAt: instant,
    finishedAt: instant,
    by: Type.String({ description: 'Who began it: `system:gc` for the schedule.' }),
    removed: report,
    failure: Type.Optional(Type.String({ description: 'Why it ended before its end; what it removed by then stays removed.' })),
  },
  { $id: 'GarbageRun' },
);

const started = Type.Object(
  { job: Type.String({ description: 'Of `/jobs/{job}`, whose progress is a garbage report.' }) },
  { $id: 'GarbageJob', additionalProperties: false },
);

const needs = { action: 'administer', on: () => ({ kind: 'registry' }) as const } as const;

/** `/garbage`: what a collection would remove, one that is begun now, and those that have ended. */
export function garbageRoutes(deps: GarbageRouteDeps): Route[] {
  return [
    begin(deps, 'preview', {
      path: '/garbage/preview',
      operationId: 'previewGarbage',
      summary: 'Begins to count what a garbage collection would remove; the job names the first hundred, and removes nothing',
    }),
    begin(deps, 'run', {
      path: '/garbage/runs',
      operationId: 'collectGarbage',
      summary: 'Begins a garbage collection, unless one that was asked for waits or runs already',
    }),
    defineRoute({
      tag: 'garbage',
      needs,
      method: 'GET',
      path: '/garbage/runs',
      operationId: 'listGarbageRuns',
      summary: 'Garbage collections that have ended, the newest first, with what they removed',
      query: pageQuery,
      responses: { 200: listOf(run) },
      handle: async (request) => {
        const { limit, after } = pageOf(request, Type.Integer());
        const found = await deps.runs.listGarbageRuns({ limit: limit + 1, before: after });
        return listed(request, { items: found.slice(0, limit), more: found.length > limit }, (each) => each.id, show);
      },
    }),
  ];
}

function begin(
  deps: GarbageRouteDeps,
  kind: GarbageJob,
  head: { readonly path: string; readonly operationId: string; readonly summary: string },
): Route {
  return defineRoute({
    ...head,
    tag: 'garbage',
    needs,
    method: 'POST',
    responses: { 202: started },
    handle: async ({ by }) => {
      const job = String((await enqueueGarbageJob(deps, kind, by)).id);
      return { status: 202, body: { job }, location: `/api/v1/jobs/${job}` };
    },
  });
}

function show({ id: number, startedAt, finishedAt, by, report: removed, failure }: GarbageRunEntry): Static<typeof run> {
  const { dryRun: _dryRun, ...counts } = removed;
  return {
    id: String(number),
    startedAt: formatInstant(startedAt),
    finishedAt: formatInstant(finishedAt),
    by,
    removed: counts,
    ...(failure !== undefined && { failure }),
  };
}
