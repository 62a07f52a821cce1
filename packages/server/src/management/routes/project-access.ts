import Type from 'typebox';
import { type Authorizer, actions } from '../../registry/ports/authorizer.ts';
import { projectName } from '../names.ts';
import { defineRoute, type Route } from '../route.ts';

const right = Type.Object({
  action: Type.Enum([...actions]),
  allowed: Type.Boolean(),
  reason: Type.String({ description: 'What allows it, or what is missing.' }),
});
const access = Type.Object({ rights: Type.Array(right) }, { $id: 'ProjectAccess' });

/** `/projects/{project}/access`: so that whoever shows a project offers what will be allowed, and says why the rest is not. */
export function projectAccessRoute(authorizer: Authorizer): Route {
  return defineRoute({
    method: 'GET',
    path: '/projects/{project}/access',
    operationId: 'getProjectAccess',
    summary: 'What you may do on all of a project with these credentials, and why',
    tag: 'projects',
    needs: { action: 'list', on: ({ project: name }) => ({ kind: 'project', name }) },
    params: { project: projectName },
    responses: { 200: access },
    handle: async ({ params: { project: name }, principal }) => {
      const decide = async (action: (typeof actions)[number]) => {
        const { allow, reason } = await authorizer.decide(principal, action, { kind: 'project', name });
        return { action, allowed: allow, reason };
      };
      return { status: 200, body: { rights: await Promise.all(actions.map(decide)) } };
    },
  });
}
