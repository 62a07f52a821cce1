import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { startHaproxy } from '../tools/haproxy.ts';
import { type Endpoint, hostOf } from '../tools/load-balancer.ts';
import { loopbackEndpoints } from '../tools/loopback-endpoints.ts';
import { startNginx } from '../tools/nginx.ts';
import { findProgram, skipUnless } from '../tools/programs.ts';
import { type GuideBlock, guideBlocks, localised, withoutComments } from './guide-blocks.ts';
import { GuideStage } from './guide-stage.ts';

const guide = 'from-laptop-to-cluster';
const programs = ['versitygw', 'initdb', 'postgres', 'createdb', 'haproxy', 'nginx', 'crane', 'regctl'];
const absent = programs.filter((program) => findProgram(program) === undefined);
const skip = skipUnless(absent.length === 0, `not installed: ${absent.join(', ')}; run scripts/install-test-tools`);

test('both languages of the guide show the same blocks', async () => {
  const [english, chinese] = await Promise.all([guideBlocks(`${guide}.md`), guideBlocks(`${guide}.zh-CN.md`)]);
  const plain = ({ language, text }: GuideBlock) => [language, withoutComments(text)];
  assert.deepEqual(chinese.map(plain), english.map(plain));
});

for (const [language, file] of [
  ['haproxy', 'haproxy.cfg'],
  ['nginx', 'nginx.conf'],
]) {
  test(`what the guide shows for ${language} is deploy/load-balancers/${file}, which the tests of replicas use`, async () => {
    const published = await readFile(new URL(`../../deploy/load-balancers/${file}`, import.meta.url), 'utf8');
    const shown = (await guideBlocks(`${guide}.md`)).filter((block) => block.language === language);
    assert.deepEqual(
      shown.map(({ text }) => text),
      [published],
    );
  });
}

describe('from laptop to cluster, as the guide says', { skip }, () => {
  let stage: GuideStage;
  let yaml: string[] = [];
  let scripts: string[] = [];
  const endpoints = loopbackEndpoints(7);
  const [oldServer, newServer, one, two, balancer, sharing, alsoSharing] = endpoints as SevenEndpoints;
  /** What was pushed, with its digest. */
  const images = new Map<string, string>();
  before(async () => {
    const blocks = await guideBlocks(`${guide}.md`);
    [yaml = [], scripts = []] = ['yaml', 'sh'].map((language) =>
      blocks.filter((block) => block.language === language).map(({ text }) => text),
    );
    stage = await GuideStage.open(endpoints);
  });
  after(() => stage?.close());

  const ofServer = (at: Endpoint) => ({
    ':443': hostOf(at),
    'https://registry.example.com': `https://${hostOf(at)}`,
    '/var/lib/longshore': stage.directory(`data-${at.address}`),
  });
  const ofReplica = (at: Endpoint) => ({
    ':5000': hostOf(at),
    'https://registry.example.com': `https://${hostOf(balancer)}`,
    '10.20.30.8, 10.20.30.9': '127.0.0.0/8',
  });
  const ofDatabase = (name: string) => ({ 'db.example.com:5432/longshore': `127.0.0.1:${stage.around.postgres.port}/${name}` });
  const ofS3 = () => ({ 'https://s3.example.com': stage.around.endpoint, 'bucket: registry': `bucket: ${stage.around.bucket}` });

  const pushTo = async (at: Endpoint, ...names: string[]) => {
    await stage.login(hostOf(at));
    for (const name of names) images.set(name, await stage.push(`${hostOf(at)}/${name}`));
  };
  const pullAllFrom = async (at: Endpoint) => {
    assert.ok(images.size > 0);
    for (const [name, digest] of images) {
      assert.equal((await stage.client('crane', 'digest', `${hostOf(at)}/${name}`)).trim(), digest);
      await stage.client('crane', 'validate', '--remote', `${hostOf(at)}/${name}`);
    }
  };

  test('one server', async () => {
    await stage.serve(oldServer, yaml[0], ofServer(oldServer));
    await pushTo(oldServer, 'team/app:v1', 'team/web/api:v1');
    for (const name of images.keys())
      await stage.script(`echo signed | regctl artifact put --artifact-type application/x-note --subject ${hostOf(oldServer)}/${name}`);
    await pullAllFrom(oldServer);
  });

  test('a new registry on PostgreSQL, to which everything is copied', async () => {
    await stage.around.postgres.createDatabase('longshore');
    await stage.serve(newServer, yaml[1], { ...ofServer(newServer), ...ofDatabase('longshore') });
    await stage.login(hostOf(newServer));
    const names = { 'old-registry.example.com': hostOf(oldServer), '=registry.example.com': `=${hostOf(newServer)}` };
    for (const _twice of [1, 2]) await stage.script(localised(scripts[1] ?? '', names));
    await pullAllFrom(newServer);
    for (const name of images.keys()) {
      assert.match(await stage.client('regctl', 'artifact', 'list', `${hostOf(newServer)}/${name}`), /application\/x-note/);
    }
    await stage.end(oldServer);
    await stage.end(newServer);
  });

  test('a bucket beside the directory, to which a project moves while the server runs', async () => {
    const file = await stage.serve(newServer, yaml[2], { ...ofServer(newServer), ...ofDatabase('longshore'), ...ofS3() });
    const printed = await stage.script(localised(scripts[2] ?? '', { '/etc/longshore/longshore.yaml': file }));
    assert.match(printed, /^default\n {2}team: \d+ bytes\ncloud\n/);
    assert.match(printed, /team lives on cloud/);
    await pullAllFrom(newServer);
    await pushTo(newServer, 'other/app:v1');
    await stage.end(newServer);
  });

  test('replicas behind haproxy and nginx', async () => {
    for (const at of [one, two]) {
      const own = {
        '/var/lib/longshore': stage.directory(`data-${at.address}`),
        '/var/cache/longshore': stage.directory(`cache-${at.address}`),
      };
      await stage.serve(at, yaml[3], { ...ofReplica(at), ...ofDatabase('longshore'), ...ofS3(), ...own });
    }
    for (const start of [startHaproxy, startNginx]) {
      await stage.balance(start, balancer, [one, two]);
      await pushTo(balancer, `team/app:${start.name.toLowerCase()}`, `more/${start.name.toLowerCase()}:v1`);
      await pullAllFrom(balancer);
    }
    await stage.end(one);
    await pullAllFrom(balancer);
    await stage.end(two);
  });

  test('replicas on a shared directory', async () => {
    await stage.around.postgres.createDatabase('shared');
    images.clear();
    for (const at of [sharing, alsoSharing]) {
      await stage.serve(at, yaml[4], { ...ofReplica(at), ...ofDatabase('shared'), '/srv/longshore': stage.directory('shared') });
    }
    await stage.balance(startHaproxy, balancer, [sharing, alsoSharing]);
    await pushTo(balancer, 'team/app:v1', 'team/app:v2');
    await stage.end(sharing);
    await pullAllFrom(balancer);
  });
});

type SevenEndpoints = [Endpoint, Endpoint, Endpoint, Endpoint, Endpoint, Endpoint, Endpoint];
