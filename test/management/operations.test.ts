// What every operation of the management API must have, also those of features: they are all in one list.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describedRoutes } from '../../packages/server/src/api-routes.ts';
import { describeNeeds, openApiOf, problemsOf } from '../../packages/server/src/management/openapi.ts';
import { problems } from '../../packages/server/src/management/problems.ts';
import type { Route } from '../../packages/server/src/management/route.ts';
import { actions } from '../../packages/server/src/registry/ports/authorizer.ts';

const routes = await describedRoutes();
assert.ok(routes.length > 5);
const every = (name: string, check: (route: Route) => void) =>
  test(name, () => {
    for (const route of routes) {
      try {
        check(route);
      } catch (error) {
        throw new Error(`${route.method} ${route.path}`, { cause: error });
      }
    }
  });

every('needs something that the authorizer knows, and says so', (route) => {
  const { needs } = route;
  if (typeof needs === 'string') assert.ok(['anybody', 'signed-in'].includes(needs));
  else assert.ok(actions.includes(needs.action));
  assert.doesNotMatch(describeNeeds(route), /undefined/);
});

test('names and addresses of operations are unique', () => {
  const ids = routes.map(({ operationId }) => operationId);
  assert.deepEqual(ids.toSorted(), [...new Set(ids)].toSorted());
  const addresses = routes.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
  assert.deepEqual(addresses.toSorted(), [...new Set(addresses)].toSorted());
});

every('is named and described', ({ operationId, summary, tag }) => {
  assert.match(operationId, /^[a-z]+[A-Za-z]+$/);
  assert.match(summary, /^[A-Z].{3,}[^.]$/s);
  assert.match(tag, /^[a-z-]+$/);
});

every('describes the parameters of its path', ({ path, params }) => {
  assert.deepEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted(), Object.keys(params).toSorted());
});

every('documents the refusals that apply', (route) => {
  const statuses = new Set<number>(problemsOf(route).map((code) => problems[code].status));
  const wanted = [400, 401, 429, 500, 503];
  if (typeof route.needs === 'object') wanted.push(403);
  if (route.path.includes('{')) wanted.push(404);
  if (route.body !== undefined) wanted.push(413, 415);
  if (route.ifMatch !== undefined) wanted.push(412);
  for (const status of wanted) assert.ok(statuses.has(status), `${status} is missing`);
});

every('a list has a cursor and a limit', ({ responses, query }) => {
  const properties = (responses[200] as { properties?: Record<string, { type?: string }> } | undefined)?.properties ?? {};
  if (properties['items']?.type !== 'array') return;
  assert.ok('next' in properties && 'cursor' in query && 'limit' in query);
});

every('a change by PATCH names the version that it is of', ({ method, ifMatch }) => {
  if (method === 'PATCH') assert.equal(ifMatch, 'required');
});

every('CVE-2019-16097: a body refuses members that it does not name, at any depth', ({ body }) => {
  for (const object of objectsIn(body)) {
    const { additionalProperties, patternProperties } = object;
    assert.ok(additionalProperties !== undefined || patternProperties !== undefined, JSON.stringify(object).slice(0, 200));
  }
});

function objectsIn(schema: unknown): Record<string, unknown>[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = Object.values(schema).flatMap(objectsIn);
  const own = schema as Record<string, unknown>;
  return own['type'] === 'object' ? [own, ...inner] : inner;
}

test('the description is JSON, and refers to what it has', () => {
  const text = JSON.stringify(openApiOf(routes));
  const { components } = JSON.parse(text) as { components: { schemas: Record<string, unknown> } };
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) assert.ok(name in components.schemas, name);
});
