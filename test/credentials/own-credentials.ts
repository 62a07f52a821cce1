import assert from 'node:assert/strict';
import type { ApiClient } from '../../packages/api-client/src/index.ts';
import { createApiClient } from '../../packages/api-client/src/index.ts';
import type { CredentialKind, CredentialState, ShownCredential } from './shown-credential.ts';

/** The registry that credentials are made for; `project` is private, and whatever may be pulled with lies in it. */
export interface CredentialWorld {
  readonly url: string;
  readonly admin: ApiClient;
  readonly project: string;
}

/** Shortest life that the API gives to a token. */
const shortestSeconds = 60;

/** What the registry gives out itself: passwords, personal access tokens, robots. They have neither audience nor issuer. */
export function ownCredentials(world: CredentialWorld): CredentialKind[] {
  return [
    { name: 'password', make: (state) => makePassword(world, state) },
    { name: 'personal access token', make: (state) => makeAccessToken(world, state) },
    { name: 'robot', make: (state) => makeRobotSecret(world, state) },
  ];
}

async function makePassword(world: CredentialWorld, state: CredentialState): Promise<ShownCredential | undefined> {
  if (state !== 'right' && state !== 'revoked') return undefined;
  const user = await makeReader(world, `password-${state}`);
  if (state === 'revoked') await disableUser(world, user.name);
  return { kind: 'password', username: user.name, password: user.password };
}

async function makeAccessToken(world: CredentialWorld, state: CredentialState): Promise<ShownCredential | undefined> {
  if (state === 'wrong audience' || state === 'wrong issuer') return undefined;
  const { name, password } = await makeReader(world, `token-${state}`);
  const own = createApiClient({ baseUrl: world.url, credential: { name, password } });
  const path = { user: name };
  const body = { name: 'matrix', ...(state === 'expired' && { expiresInSeconds: shortestSeconds }) };
  const made = await own.POST('/api/v1/users/{user}/tokens', { params: { path }, body });
  assert.ok(made.data);
  const { id: token, token: secret } = made.data;
  if (state === 'revoked') await own.DELETE('/api/v1/users/{user}/tokens/{token}', { params: { path: { ...path, token } } });
  return {
    kind: 'password',
    username: name,
    password: secret,
    ...(state === 'expired' && { endsAt: Date.now() + shortestSeconds * 1000 }),
  };
}

async function makeRobotSecret(world: CredentialWorld, state: CredentialState): Promise<ShownCredential | undefined> {
  if (state === 'wrong audience' || state === 'wrong issuer') return undefined;
  const endsAt = Date.now() + 20_000;
  const { robot, secret } = await makeRobot(world, state, state === 'expired' ? new Date(endsAt).toISOString() : undefined);
  if (state === 'revoked') {
    const path = { project: world.project, robot: robot.id };
    await world.admin.DELETE('/api/v1/projects/{project}/robots/{robot}', { params: { path } });
  }
  return { kind: 'password', username: robot.userName, password: secret, ...(state === 'expired' && { endsAt }) };
}

/** A robot that may pull from the project; `expiresAt`: RFC 3339. */
export async function makeRobot({ admin, project }: CredentialWorld, name: string, expiresAt?: string) {
  const made = await admin.POST('/api/v1/projects/{project}/robots', {
    params: { path: { project } },
    body: { name, permissions: [{ repositories: '**', role: 'reader' }], ...(expiresAt !== undefined && { expiresAt }) },
  });
  assert.ok(made.data);
  return made.data;
}

/** A user who may pull from the project. */
async function makeReader(world: CredentialWorld, name: string): Promise<{ readonly name: string; readonly password: string }> {
  const made = await world.admin.POST('/api/v1/users', { body: { name } });
  assert.ok(made.data?.password);
  await letPull(world, name);
  return { name, password: made.data.password };
}

/** Makes a user a reader of the project. */
export async function letPull({ admin, project }: CredentialWorld, user: string): Promise<void> {
  const body = { subject: { kind: 'user' as const, name: user }, role: 'reader' };
  await admin.POST('/api/v1/projects/{project}/members', { params: { path: { project } }, body });
}

async function disableUser({ admin }: CredentialWorld, user: string): Promise<void> {
  const params = { path: { user } };
  const found = await admin.GET('/api/v1/users/{user}', { params });
  const header = { 'If-Match': found.response.headers.get('etag') ?? '' };
  await admin.PATCH('/api/v1/users/{user}', { params: { ...params, header }, body: { disabled: true } });
}
