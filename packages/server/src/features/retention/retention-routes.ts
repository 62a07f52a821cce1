import Type from 'typebox';
import { projectName } from '../../management/names.ts';
import { listed, listOf, pageOf, pageQuery } from '../../management/paging.ts';
import { ApiError, notFound, stale } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { RetainedProject, RetentionPolicy } from '../../registry/ports/retention-store.ts';
import { cleanUpRoutes } from './clean-up-routes.ts';
import { enqueueRun, type RetentionFeatureDeps } from './enqueue-run.ts';
import { previewRetention } from './preview-retention.ts';
import * as bodies from './retention-bodies.ts';
import { taskOfPolicy } from './retention-tasks.ts';
import { nextTime, nightly } from './schedule-times.ts';

const tag = 'retention';
const ofProject = {
  tag,
  params: { project: projectName },
  needs: { action: 'configure', on: ({ project }: { project: string }) => ({ kind: 'project', name: project }) as const },
} as const;
const path = '/projects/{project}/retention';

/** `/projects/{project}/retention` with its runs and previews, and clean-ups. */
export function retentionRoutes(deps: RetentionFeatureDeps): Route[] {
  return [getPolicy(deps), setPolicy(deps), deletePolicy(deps), ...runRoutes(deps), previewRoute(deps), ...cleanUpRoutes(deps)];
}

async function requireProject({ retention }: RetentionFeatureDeps, name: string): Promise<RetainedProject> {
  const { project } = await retention.findTargets(name);
  if (project === undefined) throw notFound('project');
  return project;
}

async function requirePolicy({ retention }: RetentionFeatureDeps, project: string): Promise<RetentionPolicy> {
  const found = await retention.findRetentionPolicy(project);
  if (found === undefined) throw notFound('retention policy');
  return found;
}

function getPolicy(deps: RetentionFeatureDeps): Route {
  return defineRoute({
    ...ofProject,
    method: 'GET',
    path,
    operationId: 'getRetentionPolicy',
    summary: 'What the project keeps; without a policy, everything',
    responses: { 200: bodies.policy },
    handle: async ({ params }) => {
      const found = await requirePolicy(deps, params.project);
      return { status: 200, version: found.version, body: bodies.showPolicy(found) };
    },
  });
}

function setPolicy(deps: RetentionFeatureDeps): Route {
  const { retention, clock } = deps;
  return defineRoute({
    ...ofProject,
    method: 'PUT',
    path,
    operationId: 'setRetentionPolicy',
    summary: 'Sets the policy; to replace one, If-Match names its version',
    ifMatch: 'optional',
    body: bodies.policyTerms,
    problems: ['stale', 'precondition-required'],
    responses: { 200: bodies.policy },
    handle: async ({ params: { project }, body, ifMatch, by }) => {
      const { rules, untaggedDays, allowEmpty = false, schedule = nightly } = body;
      bodies.requireRules(project, rules, schedule);
      const at = clock();
      const terms = { rules, untaggedDays, allowEmpty, schedule };
      const nextRunAt = nextTime(schedule, at);
      const outcome = await retention.setRetentionPolicy({ project, version: ifMatch ?? 0, terms, nextRunAt, by, at });
      if (outcome === 'unknown-project') throw notFound('project');
      if (outcome === 'stale' && ifMatch !== undefined) throw stale();
      if (outcome === 'stale')
        throw new ApiError('precondition-required', { detail: 'There is a policy: read it, and name its ETag in If-Match.' });
      const found = await requirePolicy(deps, project);
      return { status: 200, version: found.version, body: bodies.showPolicy(found) };
    },
  });
}

function deletePolicy(deps: RetentionFeatureDeps): Route {
  const { retention, clock } = deps;
  return defineRoute({
    ...ofProject,
    method: 'DELETE',
    path,
    operationId: 'deleteRetentionPolicy',
    summary: 'Ends the policy: the project keeps everything from now on',
    ifMatch: 'required',
    responses: { 204: null },
    handle: async ({ params: { project }, ifMatch, by }) => {
      const version = ifMatch ?? (await requirePolicy(deps, project)).version;
      const outcome = await retention.deleteRetentionPolicy({ project, version, by, at: clock() });
      if (outcome === 'absent') throw notFound('retention policy');
      if (outcome === 'stale') throw stale();
      return { status: 204 };
    },
  });
}

function runRoutes(deps: RetentionFeatureDeps): Route[] {
  const runs = { ...ofProject, path: `${path}/runs` };
  return [
    defineRoute({
      ...runs,
      method: 'GET',
      operationId: 'listRetentionRuns',
      summary: 'What runs have removed, the newest first',
      query: pageQuery,
      responses: { 200: listOf(bodies.run) },
      handle: async (request) => {
        const { projectId } = await requireProject(deps, request.params.project);
        const { limit, after } = pageOf(request, Type.Integer());
        const found = await deps.retention.listRetentionRuns(projectId, { limit: limit + 1, before: after });
        const page = { items: found.slice(0, limit), more: found.length > limit };
        return listed(request, page, ({ id }) => id, bodies.showRun);
      },
    }),
    defineRoute({
      ...runs,
      method: 'POST',
      operationId: 'startRetentionRun',
      summary: 'Runs the policy now, unless it runs already',
      responses: { 202: bodies.queued },
      handle: async ({ params: { project }, by }) => {
        const found = await requirePolicy(deps, project);
        const { id } = await enqueueRun(deps, 'policy', { projectId: found.projectId, project, requestedBy: by.actor, by });
        return { status: 202, body: { jobs: [String(id)] } };
      },
    }),
  ];
}

const pageKeys = Type.Object({ repository: Type.String(), tag: Type.String() });

function previewRoute(deps: RetentionFeatureDeps): Route {
  return defineRoute({
    ...ofProject,
    method: 'POST',
    path: `${path}/preview`,
    operationId: 'previewRetention',
    summary: 'What a run would remove now, by the stored policy or by one in the body; changes nothing',
    query: pageQuery,
    body: bodies.previewTerms,
    responses: { 200: bodies.preview },
    handle: async (request) => {
      const { project } = request.params;
      const { limit, after } = pageOf(request, pageKeys);
      const given = request.body.policy;
      const { projectId } = await requireProject(deps, project);
      if (given !== undefined) bodies.requireRules(project, given.rules, 'off', '/policy');
      const stored = given === undefined ? await deps.retention.findRetentionPolicy(project) : undefined;
      const terms = { rules: [], untaggedDays: undefined, allowEmpty: false, ...(given ?? stored) };
      const task = taskOfPolicy({ ...terms, projectId, project }, deps.graceMs);
      const found = await previewRetention(deps, task, { limit, after, signal: request.signal });
      const keysOf = ({ repository, name }: (typeof found.items)[number]) => ({ repository, tag: name });
      const page = listed(request, found, keysOf, bodies.showTag);
      return { ...page, body: { ...page.body, summary: found.summary } };
    },
  });
}
