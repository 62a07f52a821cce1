import Type from 'typebox';
import { openApiOf } from '../openapi.ts';
import { defineRoute, type Route } from '../route.ts';

/** `/openapi.json`: the description of these operations and of itself. */
export function descriptionRoute(described: readonly Route[]): Route {
  const route: Route = defineRoute({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'getDescription',
    summary: 'This description',
    tag: 'description',
    needs: 'anybody',
    responses: { 200: Type.Object({}, { description: 'An OpenAPI 3.1 document.' }) },
    handle: async () => ({ status: 200, body: openApiOf([...described, route]) }),
  });
  return route;
}
