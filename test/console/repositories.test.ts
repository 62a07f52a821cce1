import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { realImages } from '../clients/real-images.ts';
import { imageOf, pushBlob, pushImage, putManifest } from '../protocol/sample-content.ts';
import { requirePrograms } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';
import { startConsole, withoutBrowser } from './browser.ts';

const stage = await startConsole();
after(() => stage.stop());
const { registry } = stage;
const alice = await registry.addUser('alice', { team: 'owner', prod: 'owner' });
const bert = await registry.addUser('bert', { bulk: 'owner' });
const eve = await registry.addUser('eve', { team: 'reader' });
const inBrowser = { skip: withoutBrowser };
const place = (repository: string, { basic } = alice) => ({ client: registry.client, authorization: basic, repository });
const short = (digest: string) => digest.slice(0, 'sha256:'.length + 12);

const repositoryPage = (repository: string, rest = '') => `/repositories/${encodeURIComponent(repository)}${rest}`;
const imagePage = (repository: string, reference: string, rest = '') =>
  repositoryPage(repository, `/images/${encodeURIComponent(reference)}${rest}`);

/** Pushes an image of Debian's files as people do. */
async function pushReal(layout: string, name: string, repository: string): Promise<void> {
  const credentials = ['--dest-creds', `alice:${alice.password}`, '--dest-tls-verify=false'];
  const target = `docker://${registry.host}/${repository}`;
  await runProgram('skopeo', ['--insecure-policy', 'copy', '--quiet', '--all', ...credentials, `oci:${layout}:${name}`, target]);
}

/** Every row of a list that is there, by its text. */
const rowTexts = (page: Page) => page.getByRole('rowgroup').getByRole('row').allInnerTexts();

test('somebody finds a repository, its tags, and deletes one after typing its name', inBrowser, async (t) => {
  const { digest } = await pushImage(place('team/shop/web'), '1.0', { annotations: { v: '1' } });
  await pushImage(place('team/shop/web'), '1.1', { annotations: { v: '2' } });
  const page = await stage.open(t, { as: alice });
  await page.goto('/repositories');
  await page.getByRole('searchbox', { name: 'Find a repository' }).fill('web');
  await page.getByRole('searchbox', { name: 'Find a repository' }).press('Enter');
  const found = page.getByRole('row', { name: /^team\/shop\/web 2 .* team$/ });
  await found.getByRole('link', { name: 'team/shop/web' }).click();
  await page.waitForURL(/\/repositories\/team%2Fshop%2Fweb/);
  const row = page.getByRole('row').filter({ hasText: short(digest) });
  await row.getByText('never').waitFor();
  for (const tag of ['1.0', '1.1']) await page.getByRole('checkbox', { name: `Choose ${tag}` }).click();
  const compare = page.getByRole('button', { name: 'Compare' });
  await compare.and(page.locator(':enabled')).waitFor();
  await row.getByRole('button', { name: 'Delete the tag 1.0?' }).click();
  const dialog = page.getByRole('dialog');
  const button = dialog.getByRole('button', { name: 'Delete tag' });
  assert.equal(await button.isDisabled(), true, 'nothing was typed');
  await dialog.getByRole('textbox').fill('1.1');
  assert.equal(await button.isDisabled(), true, 'that is another one');
  await dialog.getByRole('textbox').fill('1.0');
  await button.click();
  await row.waitFor({ state: 'detached' });
  assert.equal((await rowTexts(page)).length, 1);
  // One of the two that were chosen is gone.
  await compare.and(page.locator(':disabled')).waitFor();
  const { status } = await registry.client.send('HEAD', `/v2/team/shop/web/manifests/1.0`, { authorization: alice.basic });
  assert.equal(status, 404);
});

test('a tag goes back to what it pointed at before, in Chinese', inBrowser, async (t) => {
  const first = await pushImage(place('team/back'), 'latest', { annotations: { v: '1' } });
  await pushImage(place('team/back'), 'latest', { annotations: { v: '2' } });
  const page = await stage.open(t, { as: alice, language: 'zh-CN' });
  await page.goto(repositoryPage('team/back'));
  await page.getByRole('button', { name: 'latest 的历史' }).click();
  await page.getByText('当前', { exact: true }).waitFor();
  await page.getByRole('button', { name: '回滚到此处' }).click();
  const question = page.getByRole('dialog').filter({ hasText: '重新指向这个镜像' });
  // What is said goes away by itself: one must be looking when it comes.
  await Promise.all([
    page.getByText(`latest 现在指向 ${short(first.digest)}`).waitFor(),
    question.getByRole('button', { name: '回滚到此处' }).click(),
  ]);
  await page.getByRole('listitem').filter({ hasText: '当前' }).getByText(short(first.digest)).first().waitFor();
  const answer = await registry.client.send('HEAD', '/v2/team/back/manifests/latest', { authorization: alice.basic });
  assert.equal(answer.headers['docker-content-digest'], first.digest);
});

test('a repository is deleted by whoever reads what is lost and types its name', inBrowser, async (t) => {
  await pushImage(place('team/old'), '1', { annotations: { v: '1' } });
  await pushImage(place('team/old'), '2', { annotations: { v: '2' } });
  const page = await stage.open(t, { as: alice });
  await page.goto(repositoryPage('team/old'));
  await page.getByRole('button', { name: 'Delete repository' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/^Its tags \(2\) and its content .* are lost/).waitFor();
  await dialog.getByRole('textbox').fill('team/old');
  await Promise.all([
    page.getByText(/^team\/old is deleted, with its tags \(2\)/).waitFor(),
    dialog.getByRole('button', { name: 'Delete repository' }).click(),
  ]);
  await page.waitForURL(/\/repositories\?project=team$/);
  await page.getByRole('link', { name: 'team/old' }).waitFor({ state: 'detached' });
});

test('who may read only is told why the rest is not offered', inBrowser, async (t) => {
  for (const v of ['1', '2']) await pushImage(place('team/guarded'), '1', { annotations: { v } });
  const page = await stage.open(t, { as: eve });
  await page.goto(repositoryPage('team/guarded'));
  for (const name of ['Delete the tag 1?', 'Delete repository']) {
    const refused = page.getByRole('button', { name, disabled: true });
    await refused.focus();
    await page.getByRole('tooltip').filter({ hasText: 'This needs the right to delete in team/guarded. You are reader there' }).waitFor();
    await refused.blur();
    await page.getByRole('tooltip').waitFor({ state: 'hidden' });
  }
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.goto(`${repositoryPage('team/guarded')}?history=1`);
  await page.getByRole('button', { name: 'Roll back to this', disabled: true }).focus();
  await page.getByRole('tooltip').filter({ hasText: 'This needs the right to' }).waitFor();
  await page.goto(repositoryPage('team/nothing'));
  await page.getByRole('heading', { level: 1, name: 'team/nothing' }).waitFor();
  await page.getByRole('alert').waitFor();
});

test('an image is promoted along the chain, after a look at what that does, and back', inBrowser, async (t) => {
  const by = systemAgent('test');
  const settings = { promotesTo: 'prod' };
  assert.equal(await registry.metadata.updateTenant({ name: 'team', version: undefined, settings, by, at: Date.now() }), 'updated');
  await pushImage(place('team/shop/api'), '2.0', {});
  const page = await stage.open(t, { as: alice });
  await page.goto(imagePage('team/shop/api', '2.0'));
  await page.getByRole('tab', { name: 'Promotion' }).click();
  await page.getByText('This can be promoted now.').waitFor();
  await page.getByText('2.0 is created.').waitFor();
  await page.getByRole('button', { name: 'Promote', exact: true }).click();
  await page.getByText('prod/shop/api:2.0 is this image now.').waitFor();
  const head = () => registry.client.send('HEAD', '/v2/prod/shop/api/manifests/2.0', { authorization: alice.basic });
  assert.equal((await head()).status, 200);
  await Promise.all([page.getByText('Undone: 2.0.').waitFor(), page.getByRole('button', { name: 'Undo' }).click()]);
  assert.equal((await head()).status, 404);
});

test('what refers to an image is a tree, and what strangers write in it stays text', inBrowser, async (t) => {
  const repository = 'team/signed';
  const { digest, bytes } = await pushImage(place(repository), '1', { annotations: { '<img src=x onerror=alert(1)>': '<b>bold</b>' } });
  const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: bytes.length };
  await pushBlob(place(repository), 'signature');
  const signature = imageOf(['signature'], { artifactType: 'application/vnd.example.signature', subject });
  assert.equal((await putManifest(place(repository), 'sig', signature)).status, 201);
  const page = await stage.open(t, { as: alice, language: 'zh-CN' });
  await page.goto(imagePage(repository, '1'));
  await page.getByText('<b>bold</b>', { exact: true }).waitFor();
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  await page.getByRole('tab', { name: '关联制品' }).click();
  await page.getByText('application/vnd.example.signature').waitFor();
});

test('a search finds repositories, tags and labels, and says so when it finds nothing', inBrowser, async (t) => {
  await pushImage(place('team/findable'), 'release-7', { annotations: { 'org.example.owner': 'harbourers' } });
  const page = await stage.open(t, { as: alice });
  await page.goto('/search?query=findable');
  await page.getByRole('link', { name: 'team/findable', exact: true }).waitFor();
  await page.goto('/search?query=release-7&kind=tag');
  await page.getByRole('link', { name: 'team/findable:release-7' }).waitFor();
  await page.goto('/search?query=nothingatall');
  await page.getByText('Nothing was found for “nothingatall”.').waitFor();
});

test('a real image shows its platforms, layers and manifest, and how each tool pulls it', inBrowser, async (t) => {
  if (requirePrograms(t, 'skopeo') === undefined) return;
  const images = await realImages(t);
  if (images === undefined) return;
  await pushReal(images.index, 'small', 'team/real:index');
  await pushReal(images.image, 'application', 'team/real:app');
  const page = await stage.open(t, { as: alice });
  await page.goto(repositoryPage('team/real'));
  await page
    .getByRole('row')
    .filter({ hasText: 'index' })
    .getByText(/linux\/amd64/)
    .waitFor();
  await page.getByRole('link', { name: 'index', exact: true }).click();
  await page.getByText(`docker pull --platform linux/amd64 ${registry.host}/team/real:index`).waitFor();
  await page.getByRole('tab', { name: 'podman' }).click();
  await page.getByText(`podman pull --tls-verify=false --platform linux/amd64 ${registry.host}/team/real:index`).waitFor();
  await page.goto(imagePage('team/real', 'app'));
  await page.getByRole('tab', { name: 'Layers' }).click();
  await page.getByRole('cell', { name: '3', exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Manifest', exact: true }).click();
  await page.getByText('"schemaVersion": 2').waitFor();
});

test('somebody looks into a real image: how it was built, how it runs, and the files in it', inBrowser, async (t) => {
  if (requirePrograms(t, 'skopeo') === undefined) return;
  const images = await realImages(t);
  if (images === undefined) return;
  await pushReal(images.image, 'application', 'team/real:files');
  const page = await stage.open(t, { as: alice });
  await page.goto(imagePage('team/real', 'files'));
  await page.getByRole('tab', { name: 'History', exact: true }).click();
  await page.getByRole('columnheader', { name: 'Instruction' }).waitFor();
  await page.goto(imagePage('team/real', 'files', '?tab=config'));
  await page.getByText('linux/amd64').first().waitFor();
  await page.getByRole('tab', { name: 'Files' }).click();
  await page.getByRole('button', { name: 'etc', exact: true }).click();
  await page.getByRole('button', { name: 'debian_version', exact: true }).click();
  await page.waitForURL(/file=etc%2Fdebian_version/);
  await page.reload();
  const file = page.getByRole('dialog');
  await file.getByText(/^\d+/).waitFor();
  const started = page.waitForEvent('download');
  await file.getByRole('link', { name: 'Download' }).click();
  assert.equal((await started).suggestedFilename(), 'debian_version');
});

test('a repository of 100,000 tags is a page as quick as any', inBrowser, async (t) => {
  const repository = 'team/many';
  await pushImage(place(repository), 'tag-000000', {});
  fillTags(repository, 100_000);
  const page = await stage.open(t, { as: alice });
  await page.goto(repositoryPage(repository));
  await page.getByRole('link', { name: 'tag-000010' }).waitFor();
  assert.ok((await rowTexts(page)).length < 100, 'rows that nobody sees are not there');
  await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
  await page.getByRole('link', { name: 'tag-000095' }).waitFor();
  await page.getByRole('searchbox', { name: 'Tags that begin with' }).fill('tag-09999');
  await page.getByRole('searchbox', { name: 'Tags that begin with' }).press('Enter');
  await page.getByRole('link', { name: 'tag-099999' }).waitFor();
  const rows = page.locator('[role=rowgroup] [role=row]');
  await rows.nth(10).waitFor({ state: 'detached' });
  assert.equal(await rows.count(), 10);
});

test('a registry of 100,000 repositories is listed, searched, and seen from its home page as quickly as any', inBrowser, async (t) => {
  await pushImage(place('bulk/model', bert), 'latest', { annotations: { of: 'many' } });
  fillRepositories('bulk/model', 100_000);
  const page = await stage.open(t, { as: bert });
  await page.goto('/');
  await page.getByRole('link', { name: 'bulk/model:latest' }).first().waitFor();
  await page.getByRole('link', { name: 'Repositories', exact: true }).click();
  const rows = page.locator('[role=rowgroup] [role=row]');
  await page.getByRole('link', { name: 'bulk/r-000010', exact: true }).waitFor();
  const before = await heapOf(page);
  // Ten pages of the list: each is asked for when the end of the one before comes into sight.
  for (let last = 190; last < 2_000; last += 200) {
    const name = `bulk/r-${String(last).padStart(6, '0')}`;
    const link = page.getByRole('link', { name, exact: true });
    while ((await link.count()) === 0) {
      await page.mouse.wheel(0, 2_000);
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    }
  }
  assert.ok((await rows.count()) < 100, 'rows that nobody sees are not there');
  const grown = (await heapOf(page)) - before;
  assert.ok(grown < 20 * 1024 ** 2, `two thousand repositories took ${grown} bytes`);
  const field = page.getByRole('searchbox', { name: 'Find a repository' });
  await field.fill('r-099999');
  await field.press('Enter');
  await page.getByRole('link', { name: 'bulk/r-099999', exact: true }).waitFor();
  await rows.nth(1).waitFor({ state: 'detached' });
  assert.equal(await field.evaluate((element) => element.matches(':focus')), true, 'one goes on typing where one searched');
  await page.goto('/search?query=r-04242');
  await page.getByRole('link', { name: 'bulk/r-042421', exact: true }).waitFor();
});

/** How many bytes the objects of a page take, without those that nobody refers to any more. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/** The server writes at times of its own choosing: its writes are waited for. */
const besideServer = { timeout: 60_000 };

/** As many repositories as `count` with what is in `model`, beside the server; `like`: how all of them are called. */
function fillRepositories(model: string, count: number, like = 'bulk/r-'): void {
  using database = new DatabaseSync(join(registry.data, 'longshore.db'), besideServer);
  const isOne = `r.name glob '${like}*'`;
  const statements = [
    `insert into repositories (project_id, name, created_at)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count - 1})
       select r.project_id, '${like}' || substr('00000' || i, -6), r.created_at from n cross join repositories r where r.name = '${model}'`,
    // By what they are found: the whole name, and what follows the project.
    `insert into repository_words (word, position, repository_id, project_id)
       select substr(r.name, p.value + 1), p.value, r.id, r.project_id from repositories r, json_each('[0, 5]') p where ${isOne}`,
    `insert into manifests (repository_id, digest, media_type, size, pushed_at, pushed_by, renewed_at, annotations, bytes)
       select r.id, m.digest, m.media_type, m.size, m.pushed_at, m.pushed_by, m.renewed_at, m.annotations, m.bytes
       from repositories r cross join manifests m join repositories o on o.id = m.repository_id where ${isOne} and o.name = '${model}'`,
    `insert into tags (repository_id, name, manifest_id, updated_at, updated_by)
       select r.id, 'latest', m.id, m.pushed_at - r.id, m.pushed_by from manifests m join repositories r on r.id = m.repository_id where ${isOne}`,
  ];
  database.exec(`begin immediate; ${statements.join('; ')}; commit`);
}

/** As many tags as `count`, beside the server: by requests it would take minutes. */
function fillTags(repository: string, count: number): void {
  using database = new DatabaseSync(join(registry.data, 'longshore.db'), besideServer);
  database
    .prepare(
      `insert into tags (repository_id, name, manifest_id, updated_at, updated_by)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
       select t.repository_id, 'tag-' || substr('00000' || i, -6), t.manifest_id, t.updated_at, t.updated_by
       from n cross join tags t where t.repository_id = (select id from repositories where name = ?)`,
    )
    .run(count - 1, repository);
}
