import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChallenge, parseRoute, type Route } from '@longshore/oci';
import type { Authentication, RefusalReason } from '../../registry/ports/authenticator.ts';
import type { Action, Authorizer, Principal } from '../../registry/ports/authorizer.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { requireAccess } from './access.ts';
import type { Need } from './routes.ts';

const route = parseRoute('/v2/team/app/manifests/latest') as Route;
const challenge = { realm: () => 'http://localhost/auth/token', service: 'longshore', alsoUseful: '' };
const user: Principal = { subject: { kind: 'user', id: 1, name: 'alice', administrator: false }, limit: undefined, credential: 'password' };

const allowing = (...actions: readonly Action[]): Authorizer => ({
  decide: async (_principal, action) => ({
    allow: actions.includes(action),
    reason: actions.includes(action) ? 'may' : 'a telling reason',
    roles: [],
  }),
  visible: async () => ({ kind: 'nothing' }),
});

async function refusalOf(authentication: Authentication, need: Need, authorizer = allowing()): Promise<RegistryError> {
  try {
    await requireAccess(authorizer, authentication, route, need, challenge, false, async () => undefined);
  } catch (error) {
    assert.ok(error instanceof RegistryError);
    return error;
  }
  return assert.fail('nothing was refused');
}

const refusals: readonly (readonly [RefusalReason, number, string | undefined])[] = [
  ['credentials', 401, undefined],
  ['token-expired', 401, 'invalid_token'],
  ['token-invalid', 401, 'invalid_token'],
  ['delayed', 429, undefined],
];
for (const [reason, status, error] of refusals) {
  test(`refused credentials (${reason}) are ${status}${error === undefined ? '' : `, ${error}`}, whatever everybody may do`, async () => {
    const refusal = await refusalOf({ kind: 'refused', reason, retryAfterSeconds: 7 }, 'pull', allowing('pull'));
    assert.equal(refusal.status, status);
    assert.equal(parseChallenge(refusal.headers['WWW-Authenticate'])?.params['error'], error);
    assert.equal(refusal.headers['Retry-After'], status === 429 ? '7' : undefined);
  });
}

test('who may read hears why they may do no more; who may not, hears nothing that depends on what is there', async () => {
  const authentication: Authentication = { kind: 'principal', principal: user };
  assert.equal((await refusalOf(authentication, 'push', allowing('pull'))).message, 'a telling reason');
  for (const need of ['pull', 'push', 'delete'] as const) {
    const refusal = await refusalOf(authentication, need);
    assert.equal(refusal.status, 403);
    assert.ok(!refusal.message.includes('telling'), refusal.message);
  }
});
