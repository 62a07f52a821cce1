import assert from 'node:assert/strict';
import test from 'node:test';
import type { Route } from '../../management/route.ts';
import type { Principal } from '../../registry/ports/authorizer.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { authorize } from './access.ts';
import type { ApiDeps } from './api.ts';

test('who is let in acts on the project that it was decided on', async () => {
  const exchange = { origin: { address: '192.0.2.1' }, id: 'r1' } as HttpExchange;
  const principal: Principal = {
    subject: { kind: 'user', id: 1, name: 'alice', administrator: false },
    limit: undefined,
    credential: 'password',
  };
  const route = { needs: { action: 'administer', on: () => ({ kind: 'project', name: 'team' }) } } as unknown as Route;
  const decide = async () => ({ allow: true, reason: 'alice is owner of project team', roles: ['owner'], project: 7 });
  const by = await authorize(exchange, principal, route, {}, { authorizer: { decide } } as unknown as ApiDeps);
  assert.deepEqual([by.project, by.roles, by.reason], [7, ['owner'], 'alice is owner of project team']);
});
