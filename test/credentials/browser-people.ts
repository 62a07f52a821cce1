import assert from 'node:assert/strict';
import { HttpClient } from '../protocol/http-client.ts';
import { Browser, csrfOf } from '../security/browser.ts';
import type { TestIdentityProvider, TokenClaims } from '../tools/oidc-provider.ts';
import { type CredentialWorld, letPull } from './own-credentials.ts';
import type { CredentialKind, CredentialState, ShownCredential } from './shown-credential.ts';

const providerName = 'company';

/** One entry of the registry's `signIn.oidc`. */
export function providerEntry({ issuer, clientId, clientSecretFile, authorityFile }: TestIdentityProvider): object {
  return { name: providerName, issuer, clientId, clientSecretFile, authorityFile };
}

/** Where the registry has the provider send browsers back to. */
export const callbackOf = (url: string): string => `${url}/auth/callback/${providerName}`;

/**
 * What people who sign in with a browser have for their tools: an access token that they make in their session, and one that a device
 * gets which they let in. The cookie of a session is no such thing: `test/security/sign-in.test.ts` has that it pulls nothing.
 */
export function browserPeople(world: BrowserWorld): CredentialKind[] {
  return [
    { name: 'OIDC session', make: (state) => makeBySession(world, state) },
    { name: 'device flow', make: (state) => makeByDevice(world, state) },
  ];
}

export interface BrowserWorld extends CredentialWorld {
  readonly idp: TestIdentityProvider;
  /** PEM: of the authority that vouches for the registry. */
  readonly authority: string;
}

/** How a provider's answer is bent so that it is for somebody, or of somebody, else. */
const bends: Partial<Record<CredentialState, (claims: TokenClaims) => TokenClaims>> = {
  expired: (claims) => ({ ...claims, iat: Number(claims['iat']) - 7200, exp: Number(claims['exp']) - 7200 }),
  'wrong audience': (claims) => ({ ...claims, aud: 'another-client' }),
  'wrong issuer': (claims) => ({ ...claims, iss: 'https://elsewhere.example' }),
};

async function makeBySession(world: BrowserWorld, state: CredentialState) {
  const { browser, name, said } = await signIn(world, `session-${state.replace(' ', '-')}`, bends[state]);
  if (name === undefined) return { kind: 'refused' as const, said };
  const csrf = JSON.parse((await browser.api('GET', '/me')).text).csrfToken as string;
  const made = await browser.api('POST', `/users/${name}/tokens`, { name: 'laptop' }, { 'x-csrf-token': csrf });
  assert.equal(made.status, 201, made.text);
  const password = (JSON.parse(made.text) as { token: string }).token;
  await letPull(world, name);
  if (state === 'revoked') await world.admin.DELETE('/api/v1/users/{user}', { params: { path: { user: name } } });
  return { kind: 'password', username: name, password } as const;
}

async function makeByDevice(world: BrowserWorld, state: CredentialState): Promise<ShownCredential | undefined> {
  if (state !== 'right' && state !== 'revoked') return undefined;
  const { browser, name = assert.fail() } = await signIn(world, `device-${state}`, undefined);
  const client = clientOf(world);
  const form = async (path: string, fields: Record<string, string>) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await client.send('POST', path, { headers, body: new URLSearchParams(fields).toString() });
    return JSON.parse(answer.body.toString()) as Record<string, string>;
  };
  const { device_code: device = '', user_code: code = '' } = await form('/auth/device', { client_id: 'a terminal' });
  const page = await browser.get('/auth/device');
  const shown = await browser.post('/auth/device/confirm', { csrf: csrfOf(page), user_code: code });
  await browser.post('/auth/device/confirm', { csrf: csrfOf(shown), user_code: code, action: 'allow' });
  const grant = 'urn:ietf:params:oauth:grant-type:device_code';
  const { access_token: password = '', username = '' } = await form('/auth/token', { grant_type: grant, device_code: device });
  client.close();
  assert.equal(username, name);
  await letPull(world, name);
  if (state === 'revoked') await revokeTokens(world, name);
  return { kind: 'password', username, password };
}

/** Signs somebody in through the provider. `name` of the user; undefined when it did not come to that, then `said` is the page. */
async function signIn(
  world: BrowserWorld,
  person: string,
  bend: ((claims: TokenClaims) => TokenClaims) | undefined,
): Promise<{ readonly browser: Browser; readonly name: string | undefined; readonly said: string }> {
  const { idp, url } = world;
  const browser = new Browser({ client: clientOf(world), url });
  idp.person = { sub: `id-of-${person}`, preferred_username: person };
  idp.bend = bend;
  try {
    const started = await browser.get(`/auth/sign-in/${providerName}?again=1`);
    const back = await idp.visit(String(started.headers['location']));
    const finished = await browser.get(`${back.pathname}${back.search}`);
    const me = await browser.api('GET', '/me');
    return { browser, name: me.status === 200 ? (JSON.parse(me.text) as { name: string }).name : undefined, said: finished.text };
  } finally {
    idp.bend = undefined;
  }
}

const clientOf = ({ url, authority }: BrowserWorld): HttpClient => new HttpClient(url, authority);

async function revokeTokens({ admin }: CredentialWorld, user: string): Promise<void> {
  const listed = await admin.GET('/api/v1/users/{user}/tokens', { params: { path: { user } } });
  for (const { id: token } of listed.data?.items ?? []) {
    await admin.DELETE('/api/v1/users/{user}/tokens/{token}', { params: { path: { user, token } } });
  }
}
