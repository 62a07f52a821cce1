import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ServerProcess, startServer } from '../crash/server-process.ts';
import { directorySettings, groupDn, groupEntry, passwordOf, personDn, personEntry } from '../tools/directory-content.ts';
import { findProgram, skipUnless } from '../tools/programs.ts';
import { type Slapd, startSlapd } from '../tools/slapd.ts';
import { until, untilPromised } from './until.ts';

const skip = skipUnless(findProgram('slapd') !== undefined, 'not installed: slapd; run scripts/install-test-tools');
const adminPassword = 'administers the registry';

/** Longer than a few logins take on a busy machine. */
const rememberSeconds = 10;

describe('logins by a directory', { skip }, () => {
  let slapd: Slapd;
  let server: ServerProcess;
  let data = '';

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'longshore-ldap-'));
    slapd = await startSlapd(
      [
        ...['alice', 'bob', 'carol', 'dave', 'admin'].map((uid) => personEntry(uid)),
        groupEntry('dev', personDn('alice'), personDn('bob')),
        groupEntry('registry-admins', personDn('bob')),
      ].join('\n'),
    );
    const { secureUrl, authorityFile, passwordFile: bindPasswordFile } = slapd;
    const { name, bindDn, userBase } = directorySettings;
    const entry = { name, urls: [secureUrl], authorityFile, bindDn, bindPasswordFile, userBase, timeoutSeconds: 8, rememberSeconds };
    const directory = { ...entry, groupPrefix: 'corp-', administratorGroup: 'registry-admins', recheckMinutes: 1 };
    const passwordFile = join(data, 'first-password');
    await writeFile(passwordFile, adminPassword);
    const env = {
      LONGSHORE_ANONYMOUS: 'none',
      LONGSHORE_ADMIN_PASSWORD_FILE: passwordFile,
      LONGSHORE_SIGN_IN_LDAP: JSON.stringify([directory]),
    };
    server = await startServer({ data, env });
  });
  after(async () => {
    await server.stop();
    await slapd.stop();
    await rm(data, { recursive: true, force: true });
  });

  const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  const ask = (path: string, authorization: string, init: RequestInit = {}) =>
    fetch(`${server.baseUrl}${path}`, { ...init, headers: { authorization, 'content-type': 'application/json' } });
  const login = async (name: string, password = passwordOf(name)) => (await ask('/v2/', basic(name, password))).status;
  const bindsOf = (uid: string) => slapd.output().split(`BIND dn="${personDn(uid)}" method=128`).length - 1;

  it('work at /v2, at the token endpoint and in the API, and make one user', async () => {
    assert.equal(await login('alice'), 200);
    assert.equal(await login('alice', 'wrong'), 401);
    assert.equal(await login('nobody'), 401);
    const token = await ask('/auth/token?service=longshore', basic('alice', passwordOf('alice')));
    assert.equal(token.status, 200);
    const { token: bearer } = (await token.json()) as { token: string };
    assert.equal((await ask('/v2/', `Bearer ${bearer}`)).status, 200);
    const me = (await (await ask('/api/v1/me', basic('ALICE', passwordOf('alice')))).json()) as Record<string, unknown>;
    assert.equal(me['name'], 'alice', JSON.stringify(me));
  });

  it('bring groups along, with their prefix, and the standing of administrators', async () => {
    assert.equal(await login('bob'), 200);
    const groups = (await (await ask('/api/v1/groups', basic('bob', passwordOf('bob')))).json()) as { items: { name: string }[] };
    assert.deepEqual(groups.items.map(({ name }) => name).toSorted(), ['corp-dev', 'corp-registry-admins']);
    assert.equal((await ask('/api/v1/groups', basic('alice', passwordOf('alice')))).status, 403);
  });

  it('are never asked about users who have a password here', async () => {
    assert.equal(await login('admin', adminPassword), 200);
    assert.equal(await login('admin'), 401);
    assert.equal(await login('carol', 'once, to see that the log has come'), 401);
    await until(() => bindsOf('carol') === 1);
    assert.equal(bindsOf('admin'), 0);
  });

  it('are remembered for as long as the settings say, and end then with the password', async () => {
    assert.equal(await login('carol'), 200);
    await until(() => bindsOf('carol') === 2);
    for (let again = 0; again < 5; again += 1) assert.equal(await login('carol'), 200);
    await slapd.modify(`dn: ${personDn('carol')}\nchangetype: modify\nreplace: userPassword\nuserPassword: another\n`);
    await untilPromised(rememberSeconds * 1000, async () => (await login('carol')) === 401);
    assert.equal(bindsOf('carol'), 3);
    assert.equal(await login('carol', 'another'), 200);
  });

  it('count as failures against the name however it is written', async () => {
    const spellings = ['dave', 'Dave', 'DAVE', ' dave', 'dave ', 'dAVE', 'daVE'];
    const answers: number[] = [];
    // The wait is doubled each time: some guess comes before its end, however slow they are.
    while (answers.length < 20 && !answers.includes(429))
      answers.push(await login(spellings[answers.length % spellings.length] ?? '', 'guess'));
    assert.ok(answers.includes(429), answers.join());
  });

  it('are answered 503 with Retry-After while the directory is silent, and other logins go on', async () => {
    const admin = basic('admin', adminPassword);
    const made = await ask('/api/v1/users/bob/tokens', basic('bob', passwordOf('bob')), {
      method: 'POST',
      body: JSON.stringify({ name: 'scripts' }),
    });
    assert.equal(made.status, 201, await made.clone().text());
    const { token } = (await made.json()) as { token: string };
    await slapd.freeze();
    const answer = await ask('/v2/', basic('alice', 'not remembered'));
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '5');
    assert.match(await answer.text(), /directory .* cannot be reached/);
    const page = await fetch(`${server.baseUrl}/auth/sign-in`, {
      method: 'POST',
      headers: { origin: server.baseUrl, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'name=alice&password=not+remembered',
    });
    assert.deepEqual([page.status, page.headers.get('retry-after')], [503, '5']);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.equal((await ask('/v2/', admin)).status, 200);
    assert.equal((await ask('/v2/', basic('bob', token))).status, 200);
    slapd.thaw();
    await until(async () => (await ask('/v2/', basic('bob', passwordOf('bob')))).status === 200);
  });

  it('take groups away that were left', async () => {
    await slapd.modify(`dn: ${groupDn('registry-admins')}\nchangetype: modify\nreplace: member\nmember: ${personDn('alice')}\n`);
    await until(async () => (await ask('/api/v1/groups', basic('bob', passwordOf('bob')))).status === 403);
    await until(async () => (await ask('/api/v1/groups', basic('alice', passwordOf('alice')))).status === 200);
  });
});
