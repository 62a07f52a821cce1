import assert from 'node:assert/strict';
import type { TokenChanges, TokenIssuer } from '../tools/token-issuer.ts';
import { githubClaims } from '../tools/token-issuer.ts';
import { type CredentialWorld, makeRobot } from './own-credentials.ts';
import type { CredentialKind, CredentialState, ShownCredential } from './shown-credential.ts';

/** Tokens of a pipeline that robots trust, of `issuer`, or of `stranger` whom the registry does not know. */
export function federatedTokens(
  world: CredentialWorld,
  issuers: { readonly issuer: TokenIssuer; readonly stranger: TokenIssuer; readonly audience: string },
): CredentialKind {
  return { name: 'federated OIDC', make: (state) => makeToken(world, issuers, state) };
}

async function makeToken(
  world: CredentialWorld,
  { issuer, stranger, audience }: Parameters<typeof federatedTokens>[1],
  state: CredentialState,
): Promise<ShownCredential> {
  const { robot } = await makeRobot(world, `trusting-${state.replace(' ', '-')}`);
  const path = { project: world.project, robot: robot.id };
  const made = await world.admin.POST('/api/v1/projects/{project}/robots/{robot}/trusts', {
    params: { path },
    body: { issuer: 'github', rule: 'claims.repository == "octo/app" && claims.ref == "refs/heads/main"' },
  });
  assert.ok(made.data);
  if (state === 'revoked') {
    const { id: trust } = made.data.trust;
    await world.admin.DELETE('/api/v1/projects/{project}/robots/{robot}/trusts/{trust}', { params: { path: { ...path, trust } } });
  }
  const changes: TokenChanges = state === 'expired' ? { issuedAt: -700, expiresAt: -400 } : {};
  const from = state === 'wrong issuer' ? stranger : issuer;
  const token = from.token(state === 'wrong audience' ? 'registry.elsewhere.example' : audience, githubClaims, changes);
  return { kind: 'password', username: robot.userName, password: token };
}
