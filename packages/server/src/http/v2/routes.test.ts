import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRoute, type Route } from '@longshore/oci';
import { actions } from '../../registry/ports/authorizer.ts';
import { endpointOf, methods, methodsOf, routeTable } from './routes.ts';

const paths: Readonly<Record<Route['kind'], string>> = {
  base: '/v2/',
  catalog: '/v2/_catalog',
  tags: '/v2/app/tags/list',
  manifest: '/v2/app/manifests/latest',
  blob: '/v2/app/blobs/sha256:00',
  uploads: '/v2/app/blobs/uploads/',
  upload: '/v2/app/blobs/uploads/id',
  referrers: '/v2/app/referrers/sha256:00',
  extensions: '/v2/_oci/ext/discover',
  'repository-extensions': '/v2/app/_oci/ext/discover',
};

/** The whole table again, by hand: what may be asked of whom must not change by accident. */
const needs: Readonly<Record<Route['kind'], Readonly<Record<string, string>>>> = {
  base: { GET: 'login', HEAD: 'login' },
  catalog: { GET: 'list', HEAD: 'list' },
  tags: { GET: 'pull', HEAD: 'pull' },
  manifest: { GET: 'pull', HEAD: 'pull', PUT: 'push', DELETE: 'delete' },
  blob: { GET: 'pull', HEAD: 'pull', DELETE: 'delete' },
  uploads: { POST: 'push' },
  upload: { GET: 'push', PATCH: 'push', PUT: 'push', DELETE: 'push' },
  referrers: { GET: 'pull', HEAD: 'pull' },
  extensions: { GET: 'login', HEAD: 'login' },
  'repository-extensions': { GET: 'pull', HEAD: 'pull' },
};

function routeOf(kind: Route['kind']): Route {
  const route = parseRoute(paths[kind]);
  assert.ok(route !== undefined && route.kind === kind);
  return route;
}

test('every route has its methods, and each method says what it needs', () => {
  assert.deepEqual(Object.keys(routeTable).sort(), Object.keys(needs).sort());
  for (const kind of Object.keys(needs) as Route['kind'][]) {
    const route = routeOf(kind);
    const found = Object.fromEntries(
      methods.flatMap((method) => {
        const endpoint = endpointOf(route, method);
        return endpoint === undefined ? [] : [[method, endpoint.need]];
      }),
    );
    assert.deepEqual(found, needs[kind], kind);
    assert.equal(methodsOf(route), Object.keys(needs[kind]).join(', '), kind);
    for (const need of Object.values(found)) assert.ok(need === 'login' || actions.some((action) => action === need));
  }
});

test('reading never needs more than pulling, and deleting content never less than delete', () => {
  for (const [kind, row] of Object.entries(routeTable)) {
    for (const [method, { need }] of Object.entries(row)) {
      if (method === 'DELETE') assert.equal(need, kind === 'upload' ? 'push' : 'delete', kind);
      if (method === 'PUT' || method === 'POST' || method === 'PATCH') assert.equal(need, 'push', kind);
    }
  }
});

test('any other method, and the names of Object.prototype, are no endpoints', () => {
  for (const kind of Object.keys(paths) as Route['kind'][]) {
    for (const method of ['TRACE', 'OPTIONS', 'get', 'constructor', '__proto__', 'toString', '', undefined]) {
      assert.equal(endpointOf(routeOf(kind), method), undefined, `${kind} ${method}`);
    }
  }
});
