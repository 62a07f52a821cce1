import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HttpClient } from '../protocol/http-client.ts';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { Browser, csrfOf } from '../security/browser.ts';
import { codeOfApp } from '../tools/authenticator-app.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { runProgram } from '../tools/run-program.ts';
import { type GuideBlock, guideBlocks, localised, withoutComments } from './guide-blocks.ts';

const guide = 'signing-in';
const setUp = '/auth/second-factor/set-up';
let directory: string;
let server: Longshore;
let client: HttpClient;
let blocks: GuideBlock[];

before(async () => {
  blocks = await guideBlocks(`${guide}.md`);
  directory = await mkdtemp(join(tmpdir(), 'longshore-guide-'));
  const settings = join(directory, 'longshore.yaml');
  await writeFile(settings, blocks.find(({ language }) => language === 'yaml')?.text ?? '');
  server = await startLongshore({ args: ['--config', settings] });
  client = new HttpClient(server.url);
});
after(async () => {
  client?.close();
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Runs a block; its answer, which must say whatever the comment below it shows, the times in it included. */
async function answerOf(block: GuideBlock | undefined, names: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const text = block?.text ?? assert.fail('the guide has no such block');
  const { stdout } = await runProgram('bash', ['-ec', localised(text, { 'https://registry.example': server.url, ...names })]);
  const answer = JSON.parse(stdout) as Record<string, unknown>;
  const shown = [...text.matchAll(/"(\w+)":(?:"[^"]*"|(\d+))/g)];
  assert.ok(shown.length >= 4, text);
  for (const [, key = '', figure] of shown) {
    assert.ok(key in answer, `${key} in ${stdout}`);
    if (figure !== undefined) assert.equal(answer[key], Number(figure), key);
  }
  return answer;
}

test('both languages of the guide show the same blocks', async () => {
  const chinese = await guideBlocks(`${guide}.zh-CN.md`);
  const plain = ({ language, text }: GuideBlock) => [language, withoutComments(text)];
  assert.deepEqual(chinese.map(plain), blocks.map(plain));
});

test('a second factor is asked for, a device is let in, and the audit log says so by the names that its guide lists', async () => {
  const browser = new Browser({ client, url: server.url });
  const signedIn = await browser.signIn('admin', server.adminPassword);
  assert.ok(String(signedIn.headers['location']).startsWith(setUp), 'as the block of settings asks');
  const csrf = csrfOf(await browser.get(setUp));
  await browser.post(setUp, { csrf, action: 'begin' });
  const [, shown = ''] = /<code>([A-Z2-7 ]+)<\/code>/.exec((await browser.get(setUp)).text) ?? [];
  await browser.post(setUp, { csrf, action: 'confirm', code: codeOfApp(shown.replaceAll(' ', '')) });
  const byPassword = await client.send('GET', '/v2/', { authorization: basicAuthorization('admin', server.adminPassword) });
  assert.deepEqual([byPassword.status, /access token/.test(byPassword.body.toString())], [401, true], 'and is told so');

  const [start, poll] = blocks.filter(({ language }) => language === 'sh');
  const started = await answerOf(start, {});
  assert.equal(started['verification_uri'], `${server.url}/auth/device`);
  const form = { csrf: csrfOf(await browser.get('/auth/device')), user_code: String(started['user_code']) };
  assert.match((await browser.post('/auth/device/confirm', form)).text, /laptop of alice.*127\.0\.0\.1/s);
  await browser.post('/auth/device/confirm', { ...form, action: 'allow' });
  const given = await answerOf(poll, { 'lsd_...': String(started['device_code']) });
  const authorization = basicAuthorization('admin', String(given['access_token']));
  assert.equal((await client.send('GET', '/v2/', { authorization })).status, 200);

  const { items } = JSON.parse((await browser.api('GET', '/audit?limit=100')).text) as { items: { action: string }[] };
  const written = new Set(items.map(({ action }) => action).filter((action) => /^(?:session|second-factor|device)\./.test(action)));
  assert.deepEqual([...written].sort(), ['device.allowed', 'second-factor.begun', 'second-factor.confirmed', 'session.created']);
  for (const file of ['audit.md', 'audit.zh-CN.md']) {
    const text = await readFile(new URL(`../../docs/guides/${file}`, import.meta.url), 'utf8');
    for (const action of written) assert.ok(text.includes(`\`${action}\``), `${action} in ${file}`);
  }
});
