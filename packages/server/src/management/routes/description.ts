import Type from 'typebox';
import { openApiOf } from '../openapi.ts';
import { defineRoute, type Route } from '../route.ts';

/** `/openapi.json`: the description of these operations and of itself. */
export function descriptionRoute(described: readonly Route[]): Route {
  // Made once: it takes ten milliseconds, and anybody may ask for it.
  let document: Record<string, unknown> | undefined;
  const route: Route = defineRoute({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'getDescription',
    summary: 'This description',
    tag: 'description',
    needs: 'anybody',
    responses: { 200: Type.Object({}, { description: 'An OpenAPI 3.1 document.' }) },
    handle: async () => {
      document ??= openApiOf([...described, route]);
      return { status: 200, body: document };
    },
  });
  return route;
}
