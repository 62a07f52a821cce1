import Type, { type Static } from 'typebox';
import { type Action, type Authorizer, actions, type Principal, type Resource } from '../../registry/ports/authorizer.ts';
import { projectName, repositoryName } from '../names.ts';
import { defineRoute, type Route } from '../route.ts';
import { onRepository } from './repositories.ts';

const right = Type.Object({
  action: Type.Enum([...actions]),
  allowed: Type.Boolean(),
  reason: Type.String({ description: 'What allows it, or what is missing.' }),
  roles: Type.Array(Type.String(), { description: 'The roles that you hold there, whether they allow it or not.' }),
});
const access = Type.Object({ rights: Type.Array(right) }, { $id: 'Access' });

/** `/projects/{project}/access` and the same of a repository: so that whoever shows one offers what will be allowed, and says why the rest is not. */
export function accessRoutes(authorizer: Authorizer): Route[] {
  const answerTo = async (principal: Principal, resource: Resource): Promise<{ status: 200; body: Static<typeof access> }> => {
    const decide = async (action: Action) => {
      const { allow, reason, roles } = await authorizer.decide(principal, action, resource);
      return { action, allowed: allow, reason, roles: [...new Set(roles)] };
    };
    return { status: 200, body: { rights: await Promise.all(actions.map(decide)) } };
  };
  return [
    defineRoute({
      method: 'GET',
      path: '/projects/{project}/access',
      operationId: 'getProjectAccess',
      summary: 'What you may do on all of a project with these credentials, and why',
      tag: 'projects',
      needs: { action: 'list', on: ({ project: name }) => ({ kind: 'project', name }) },
      params: { project: projectName },
      responses: { 200: access },
      handle: ({ params, principal }) => answerTo(principal, { kind: 'project', name: params.project }),
    }),
    defineRoute({
      method: 'GET',
      path: '/repositories/{repository}/access',
      operationId: 'getRepositoryAccess',
      summary: 'What you may do in a repository with these credentials, and why',
      tag: 'repositories',
      needs: { action: 'list', on: onRepository },
      params: { repository: repositoryName },
      responses: { 200: access },
      handle: ({ params, principal }) => answerTo(principal, onRepository(params)),
    }),
  ];
}
