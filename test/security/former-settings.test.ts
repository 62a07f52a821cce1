import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HttpClient } from '../protocol/http-client.ts';
import { directorySettings, groupEntry, passwordOf, personDn, personEntry } from '../tools/directory-content.ts';
import { freePort } from '../tools/free-port.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { TestIdentityProvider } from '../tools/oidc-provider.ts';
import { findProgram, skipUnless } from '../tools/programs.ts';
import { type Slapd, startSlapd } from '../tools/slapd.ts';
import { Browser } from './browser.ts';

const skip = skipUnless(findProgram('slapd') !== undefined, 'not installed: slapd; run scripts/install-test-tools');
const adminPassword = 'administers the registry';
const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

describe('what came of settings', { skip }, () => {
  let data = '';
  let listen = '';
  let idp: TestIdentityProvider;
  let slapd: Slapd;
  let server: Longshore;
  let client: HttpClient;

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'longshore-former-'));
    // The same for all servers: a provider that is told of another address forgets whom it vouched for, and is asked about them.
    listen = `127.0.0.1:${await freePort()}`;
    idp = await TestIdentityProvider.start([`http://${listen}/auth/callback/sso`]);
    slapd = await startSlapd([personEntry('bob'), groupEntry('directory-admins', personDn('bob'))].join('\n'));
  });
  after(async () => {
    await stop();
    await slapd.stop();
    await idp.stop();
    await rm(data, { recursive: true, force: true });
  });

  const stop = async () => {
    client?.close();
    await server?.stop();
  };

  /** The same registry with other settings. */
  async function restart({ oidc, ldap }: { oidc?: { administratorGroup?: string }; ldap?: { administratorGroup?: string } }) {
    await stop();
    const { issuer, clientId, clientSecretFile, authorityFile } = idp;
    const { name, bindDn, userBase } = directorySettings;
    const provider = { name: 'sso', issuer, clientId, clientSecretFile, authorityFile, ...oidc };
    const { secureUrl, passwordFile: bindPasswordFile } = slapd;
    const directory = { name, urls: [secureUrl], authorityFile: slapd.authorityFile, bindDn, bindPasswordFile, userBase, ...ldap };
    const env = {
      LONGSHORE_SIGN_IN_OIDC: JSON.stringify(oidc === undefined ? [] : [provider]),
      LONGSHORE_SIGN_IN_LDAP: JSON.stringify(ldap === undefined ? [] : [directory]),
    };
    server = await startLongshore({ dataDir: data, listen, adminPassword, env });
    client = new HttpClient(server.url);
  }

  const ask = async (authorization: string, path = '/api/v1/me', body?: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await client.send(body === undefined ? 'GET' : 'POST', path, {
      ...{ authorization, headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: JSON.parse(answer.body.toString()) as Record<string, unknown> };
  };
  const membersOf = async (group: string) => {
    const { json } = await ask(basic('admin', adminPassword), `/api/v1/groups/${group}/members`);
    return (json['items'] as { name: string }[]).map(({ name }) => name);
  };
  const administers = async (authorization: string) => {
    const { status, json } = await ask(authorization);
    return status === 200 ? json['administrator'] : status;
  };
  const tokenBy = async (browser: Browser, name: string) => {
    const { csrfToken } = JSON.parse((await browser.api('GET', '/me')).text);
    const { status, text } = await browser.api('POST', `/users/${name}/tokens`, { name: 'ci' }, { 'x-csrf-token': csrfToken });
    assert.equal(status, 201, text);
    return basic(name, JSON.parse(text).token);
  };
  const bySso = async () => {
    const browser = new Browser({ client, url: server.url });
    const { headers } = await browser.get('/auth/sign-in/sso?again=1');
    const back = await idp.visit(String(headers['location']));
    assert.equal((await browser.get(back.pathname + back.search)).status, 303);
    return browser;
  };

  it('ends with them: standing, groups, sessions and access tokens, from the first request on', async () => {
    idp.person = { sub: 'id-of-alice', preferred_username: 'alice', groups: ['dev', 'sso-admins'] };
    await restart({ oidc: { administratorGroup: 'sso-admins' }, ldap: { administratorGroup: 'directory-admins' } });
    const alice = await tokenBy(await bySso(), 'alice');
    const bobs = new Browser({ client, url: server.url });
    assert.equal((await bobs.signIn('bob', passwordOf('bob'))).status, 303);
    const bob = await tokenBy(bobs, 'bob');
    const session = await bySso();
    assert.deepEqual([await administers(alice), await administers(bob)], [true, true]);

    await restart({ oidc: { administratorGroup: 'others' }, ldap: {} });
    assert.deepEqual([await administers(alice), await administers(bob)], [false, false], 'another group, and none');
    assert.deepEqual([await membersOf('dev'), await membersOf('directory-admins')], [['alice'], ['bob']]);
    const again = new Browser({ client, url: server.url });
    for (const [name, value] of session.cookies) again.cookies.set(name, value);
    assert.equal((await again.api('GET', '/me')).status, 401, 'the session of an administrator');

    await restart({ oidc: {} });
    assert.deepEqual([await administers(alice), await administers(bob)], [false, 401], 'no directory');
    assert.equal(await administers(basic('bob', passwordOf('bob'))), 401);
    assert.deepEqual([await membersOf('dev'), await membersOf('directory-admins')], [['alice'], []]);
    const last = await bySso();

    await restart({});
    assert.deepEqual([await administers(alice), await administers(bob)], [401, 401], 'no provider either');
    assert.deepEqual(await membersOf('dev'), []);
    const over = new Browser({ client, url: server.url });
    for (const [name, value] of last.cookies) over.cookies.set(name, value);
    assert.equal((await over.api('GET', '/me')).status, 401);
    assert.equal(await administers(basic('admin', adminPassword)), true);
  });

  it('comes back with them, at the next login at the latest', async () => {
    await restart({ oidc: { administratorGroup: 'sso-admins' }, ldap: {} });
    const browser = await bySso();
    const me = JSON.parse((await browser.api('GET', '/me')).text);
    assert.deepEqual([me.name, me.administrator], ['alice', true]);
    assert.equal(await administers(basic('bob', passwordOf('bob'))), false);
    assert.deepEqual([await membersOf('dev'), await membersOf('directory-admins')], [['alice'], ['bob']]);
  });
});
