import type { Millis } from '../../registry/ports/content-store.ts';
import type { TenantStore } from '../../registry/ports/tenant-store.ts';
import { keptTagProblem } from '../kept-tag-problem.ts';
import { losses } from '../losses.ts';
import { repositoryName } from '../names.ts';
import { notFound } from '../problems.ts';
import { defineRoute, type Route } from '../route.ts';
import { onRepository } from './repositories.ts';

/** What deletes repositories; refuses where deletion is off. */
export type RepositoryDeleter = Pick<TenantStore, 'deleteRepository'>;

/** What a deletion would take along, for whoever is asked whether he means it. */
export function repositoryLossesRoute(tenants: Pick<TenantStore, 'findRepositoryLosses'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/losses',
    operationId: 'getRepositoryLosses',
    summary: 'What the deletion of a repository would take along',
    tag: 'repositories',
    needs: { action: 'delete', on: onRepository },
    params: { repository: repositoryName },
    responses: { 200: losses },
    handle: async ({ params: { repository } }) => {
      const lost = await tenants.findRepositoryLosses(repository);
      if (lost === undefined) throw notFound('repository');
      return { status: 200, body: { ...lost } };
    },
  });
}

/** The end of a repository. */
export function deleteRepositoryRoute(tenants: RepositoryDeleter, clock: () => Millis): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/repositories/{repository}',
    operationId: 'deleteRepository',
    summary: 'Delete a repository with everything in it',
    tag: 'repositories',
    needs: { action: 'delete', on: onRepository },
    params: { repository: repositoryName },
    problems: ['forbidden', 'conflict'],
    responses: { 200: losses },
    handle: async ({ params: { repository }, by }) => {
      const result = await tenants.deleteRepository({ repository, by, at: clock() });
      if ('rule' in result) throw keptTagProblem(result);
      if (result.outcome !== 'deleted') throw notFound('repository');
      return { status: 200, body: { ...result.lost } };
    },
  });
}
