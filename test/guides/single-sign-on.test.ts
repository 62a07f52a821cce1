import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HttpClient } from '../protocol/http-client.ts';
import { Browser } from '../security/browser.ts';
import { freePort } from '../tools/free-port.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { TestIdentityProvider } from '../tools/oidc-provider.ts';
import { runProgram } from '../tools/run-program.ts';
import { type GuideBlock, guideBlocks, localised, withoutComments } from './guide-blocks.ts';

const guide = 'single-sign-on';
let idp: TestIdentityProvider;
let server: Longshore;
let client: HttpClient;
let blocks: GuideBlock[];

before(async () => {
  blocks = await guideBlocks(`${guide}.md`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  idp = await TestIdentityProvider.start([`${url}/auth/callback/keycloak`]);
  const settings = join(idp.clientSecretFile, '..', 'longshore.yaml');
  const names = {
    'https://registry.example.com': url,
    'https://sso.example.com/realms/main': idp.issuer,
    '/etc/longshore/keycloak-secret': idp.clientSecretFile,
    '/etc/longshore/sso-ca.pem': idp.authorityFile,
  };
  await writeFile(settings, localised(blocks.find(({ language }) => language === 'yaml')?.text ?? '', names));
  server = await startLongshore({ listen: `127.0.0.1:${port}`, args: ['--config', settings] });
  client = new HttpClient(url);
});
after(async () => {
  client?.close();
  await server?.stop();
  await idp?.stop();
});

/** Signs in as the provider's person; answers what the API says of the browser, and the browser. */
async function signIn() {
  const browser = new Browser({ client, url: server.url });
  assert.match((await browser.get('/auth/sign-in')).text, /Example Corp/);
  const sent = await browser.get('/auth/sign-in/keycloak');
  const back = await idp.visit(String(sent.headers['location']));
  const done = await browser.get(back.pathname + back.search);
  assert.equal(done.status, 303, `${done.text}\n${server.output()}`);
  return { browser, me: JSON.parse((await browser.api('GET', '/me')).text) as Record<string, unknown> };
}

const asAdmin = async (method: string, path: string, body?: object) => {
  const authorization = `Basic ${Buffer.from(`admin:${server.adminPassword}`).toString('base64')}`;
  const headers = { 'content-type': 'application/json' };
  const answer = await client.send(method, `/api/v1${path}`, { authorization, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: answer.status, text: answer.body.toString() };
};

test('both languages of the guide show the same blocks', async () => {
  const chinese = await guideBlocks(`${guide}.zh-CN.md`);
  const plain = ({ language, text }: GuideBlock) => [language, withoutComments(text)];
  assert.deepEqual(chinese.map(plain), blocks.map(plain));
});

test('people sign in as the guide says, with the groups that it names and the roles that were given ahead', async () => {
  assert.equal((await asAdmin('POST', '/projects', { name: 'team' })).status, 201);
  const script = blocks.find(({ language }) => language === 'sh')?.text ?? '';
  const local = localised(script, { 'https://registry.example.com': server.url });
  await runProgram('bash', ['-ec', local], { env: { PASSWORD: server.adminPassword } });
  idp.person = { sub: '1', preferred_username: 'Alice', groups: ['/registry/developers', '/registry/others', '/elsewhere'] };
  const { browser, me } = await signIn();
  assert.deepEqual([me['name'], me['administrator'], me['credential']], ['alice', false, 'session:keycloak']);
  assert.equal((await browser.api('GET', '/projects/team')).status, 200, 'by the role of the group');
  const groups = JSON.parse((await asAdmin('GET', '/groups')).text).items.map(({ name }: { name: string }) => name);
  assert.deepEqual(groups, ['developers', 'registry-others']);
  idp.person = { sub: '1', preferred_username: 'Alice', groups: [] };
  const again = await signIn();
  assert.equal(again.me['name'], 'alice');
  assert.equal((await again.browser.api('GET', '/projects/team')).status, 404, 'groups are replaced');
});

test('who is in the group of administrators administers', async () => {
  idp.person = { sub: '2', preferred_username: 'root', groups: ['/registry/admins'] };
  assert.equal((await signIn()).me['administrator'], true);
  idp.person = { sub: '2', preferred_username: 'root', groups: [] };
  assert.equal((await signIn()).me['administrator'], false);
});
