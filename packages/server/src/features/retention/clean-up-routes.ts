import Type, { type Static } from 'typebox';
import { projectName, repositoryName } from '../../management/names.ts';
import { notFound } from '../../management/problems.ts';
import { defineRoute, type Route, type RouteRequest } from '../../management/route.ts';
import { enqueueRun, type RetentionFeatureDeps } from './enqueue-run.ts';
import { previewRetention } from './preview-retention.ts';
import { resolveCleanUp } from './resolve-clean-up.ts';
import { queued, summary } from './retention-bodies.ts';
import { type CleanUp, taskOfCleanUp } from './retention-tasks.ts';

const terms = {
  days: Type.Number({ minimum: 0, maximum: 36_500 }),
  untaggedOnly: Type.Optional(Type.Boolean({ description: 'Only manifests that nothing holds.' })),
  dryRun: Type.Optional(Type.Boolean({ description: 'Only tells what would go.' })),
};
const registryTerms = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 255, description: 'A store, else a project, else a repository.' }), ...terms },
  { $id: 'CleanUp', additionalProperties: false },
);
const projectTerms = Type.Object(
  { repository: Type.Optional(repositoryName), ...terms },
  { $id: 'ProjectCleanUp', additionalProperties: false },
);
const found = Type.Object(
  { projects: Type.Array(Type.Object({ project: Type.String(), repository: Type.Optional(Type.String()), summary })) },
  { $id: 'CleanUpPreview' },
);
const responses = { 200: found, 202: queued } as const;

/** `/cleanup` for whoever administers the registry, and `/projects/{project}/cleanup` for whoever may delete everything in the project. */
export function cleanUpRoutes(deps: RetentionFeatureDeps): Route[] {
  return [
    defineRoute({
      tag: 'retention',
      method: 'POST',
      path: '/cleanup',
      operationId: 'cleanUp',
      summary: 'Removes what nobody has pushed or pulled for some days, of a store, a project or a repository',
      needs: { action: 'administer', on: () => ({ kind: 'registry' }) },
      body: registryTerms,
      problems: ['not-found'],
      responses,
      handle: async (request) => {
        const { name, days, untaggedOnly = false } = request.body;
        const target = await resolveCleanUp(deps.retention, { name, days, untaggedOnly });
        if (target === undefined) throw notFound('store, project or repository');
        return cleanUpAll(deps, target.projects, request);
      },
    }),
    defineRoute({
      tag: 'retention',
      method: 'POST',
      path: '/projects/{project}/cleanup',
      operationId: 'cleanUpProject',
      summary: 'Removes what nobody has pushed or pulled for some days, of the project or one of its repositories',
      params: { project: projectName },
      needs: { action: 'delete', on: ({ project }: { project: string }) => ({ kind: 'project', name: project }) as const },
      body: projectTerms,
      responses,
      handle: async (request) => {
        const { days, untaggedOnly = false, repository } = request.body;
        const { project } = await deps.retention.findTargets(request.params.project);
        if (project === undefined) throw notFound('project');
        if (repository !== undefined) {
          // Through the project: a repository of another one is not there.
          const { repositoryOf } = await deps.retention.findTargets(repository);
          if (repositoryOf?.projectId !== project.projectId) throw notFound('repository');
        }
        return cleanUpAll(deps, [{ ...project, repository, days, untaggedOnly }], request);
      },
    }),
  ];
}

async function cleanUpAll(
  deps: RetentionFeatureDeps,
  projects: AsyncIterable<CleanUp> | Iterable<CleanUp>,
  { body: { dryRun = false }, by, signal }: Pick<RouteRequest<unknown, unknown, { dryRun?: boolean }>, 'body' | 'by' | 'signal'>,
) {
  const previews: Static<typeof found>['projects'] = [];
  const jobs: string[] = [];
  for await (const cleanUp of projects) {
    const { projectId, project, repository } = cleanUp;
    if (dryRun) {
      const preview = await previewRetention(deps, taskOfCleanUp(cleanUp, deps.graceMs), { limit: 0, signal });
      previews.push({ project, ...(repository !== undefined && { repository }), summary: preview.summary });
    } else {
      jobs.push(String((await enqueueRun(deps, 'cleanup', { projectId, project, requestedBy: by.actor, by, cleanUp })).id));
    }
  }
  return dryRun ? ({ status: 200, body: { projects: previews } } as const) : ({ status: 202, body: { jobs } } as const);
}
