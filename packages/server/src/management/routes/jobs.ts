import Type, { type Static } from 'typebox';
import type { Job, JobStore } from '../../registry/ports/job-store.ts';
import type { RetentionStore } from '../../registry/ports/retention-store.ts';
import { formatInstant, id, instant, projectName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery } from '../paging.ts';
import { ApiError, notFound } from '../problems.ts';
import { defineRoute, type Route } from '../route.ts';

const job = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    state: Type.String({ description: 'queued, running, done, failed or cancelled.' }),
    project: Type.Optional(Type.String()),
    requestedBy: Type.Optional(Type.String()),
    attempts: Type.Integer(),
    cancelRequested: Type.Boolean(),
    createdAt: instant,
    finishedAt: Type.Optional(instant),
    progress: Type.Optional(Type.Unknown({ description: 'What the job last told of itself.' })),
    log: Type.Array(Type.Object({ at: instant, text: Type.String() }), { description: 'The newest lines.' }),
    failure: Type.Optional(Type.String()),
  },
  { $id: 'Job' },
);

/** What the operations are made of. */
export interface JobRouteDeps {
  readonly jobs: JobStore;
  readonly clock: () => number;
  readonly projects: Pick<RetentionStore, 'findTargets'>;
}

interface Place {
  readonly path: string;
  readonly noun: 'Job' | 'ProjectJob';
  readonly of: string;
  readonly params: { readonly project?: typeof projectName };
  readonly action: 'administer' | 'configure';
}

const places: readonly Place[] = [
  { path: '/jobs', noun: 'Job', of: 'the registry', params: {}, action: 'administer' },
  { path: '/projects/{project}/jobs', noun: 'ProjectJob', of: 'a project', params: { project: projectName }, action: 'configure' },
];

/** `/jobs` and `/projects/{project}/jobs`: what waits, runs and has ended, and what may be done about it. */
export function jobRoutes(deps: JobRouteDeps): Route[] {
  return places.flatMap((place) => routesOf(deps, place));
}

type Given = Record<string, unknown>;

const projectOf = (given: Given) => (given['project'] === undefined ? undefined : String(given['project']));

/** What the routes of a place have in common. */
function commonOf({ action }: Place) {
  const on = (given: Given) => {
    const name = projectOf(given);
    return name === undefined ? ({ kind: 'registry' } as const) : ({ kind: 'project', name } as const);
  };
  return { tag: 'jobs', needs: { action, on } };
}

/** Through the project: a job of another one is not there. */
async function requireJob({ jobs }: JobRouteDeps, given: Given): Promise<Job> {
  const found = await jobs.findJob(Number(given['job']));
  const project = projectOf(given);
  if (found === undefined || (project !== undefined && found.project !== project)) throw notFound('job');
  return found;
}

function routesOf(deps: JobRouteDeps, place: Place): Route[] {
  const { path, noun, of, params } = place;
  return [
    defineRoute({
      ...commonOf(place),
      params,
      method: 'GET',
      path,
      operationId: `list${noun}s`,
      summary: `The jobs of ${of}, the newest first; ended ones are kept for 30 days`,
      query: pageQuery,
      responses: { 200: listOf(job) },
      handle: async (request) => {
        const project = projectOf(request.params);
        const projectId = project === undefined ? undefined : (await deps.projects.findTargets(project)).project?.projectId;
        if (project !== undefined && projectId === undefined) throw notFound('project');
        const { limit, after } = pageOf(request, Type.Integer());
        const found = await deps.jobs.listJobs({ projectId }, { limit: limit + 1, before: after });
        return listed(request, { items: found.slice(0, limit), more: found.length > limit }, (each) => each.id, showJob);
      },
    }),
    defineRoute({
      ...commonOf(place),
      params: { ...params, job: id },
      method: 'GET',
      path: `${path}/{job}`,
      operationId: `get${noun}`,
      summary: `A job of ${of}, with how far it is`,
      responses: { 200: job },
      handle: async (request) => ({ status: 200, body: showJob(await requireJob(deps, request.params)) }),
    }),
    ...changesOf(deps, place),
  ];
}

function changesOf(deps: JobRouteDeps, place: Place): Route[] {
  const { path, noun, params } = place;
  return [
    defineRoute({
      ...commonOf(place),
      params: { ...params, job: id },
      method: 'POST',
      path: `${path}/{job}/cancel`,
      operationId: `cancel${noun}`,
      summary: 'Ends a job that waits, and tells one that runs to end after what it has in hand',
      problems: ['conflict'],
      responses: { 202: job },
      handle: async (request) => {
        const found = await requireJob(deps, request.params);
        const outcome = await deps.jobs.cancelJob({ id: found.id, by: request.by, at: deps.clock() });
        if (outcome === 'ended') throw new ApiError('conflict', { detail: 'The job has ended: there is nothing to cancel.' });
        return { status: 202, body: showJob(await requireJob(deps, request.params)) };
      },
    }),
    defineRoute({
      ...commonOf(place),
      params: { ...params, job: id },
      method: 'POST',
      path: `${path}/{job}/retry`,
      operationId: `retry${noun}`,
      summary: 'Puts a job that failed or was cancelled in the queue again',
      problems: ['conflict'],
      responses: { 202: job },
      handle: async (request) => {
        const found = await requireJob(deps, request.params);
        const outcome = await deps.jobs.retryJob({ id: found.id, by: request.by, at: deps.clock() });
        if (outcome === 'not-ended')
          throw new ApiError('conflict', { detail: 'Only a job that failed or was cancelled can be tried again.' });
        return { status: 202, body: showJob(await requireJob(deps, request.params)) };
      },
    }),
  ];
}

function showJob(found: Job): Static<typeof job> {
  const { project, requestedBy, finishedAt, progress, failure } = found;
  return {
    id: String(found.id),
    name: found.name,
    state: found.state,
    ...(project !== undefined && { project }),
    ...(requestedBy !== undefined && { requestedBy }),
    attempts: found.attempts,
    cancelRequested: found.isCancelRequested,
    createdAt: formatInstant(found.createdAt),
    ...(finishedAt !== undefined && { finishedAt: formatInstant(finishedAt) }),
    ...(progress !== undefined && { progress }),
    log: found.log.map(({ at, text }) => ({ at: formatInstant(at), text })),
    ...(failure !== undefined && { failure }),
  };
}
