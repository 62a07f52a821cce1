import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pushLayers } from '../comparison/compared-images.ts';
import { makeLayers } from '../comparison/made-layers.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { type CommandHome, commandHome } from './client-home.ts';

describe('commands that look into images', () => {
  let server: Longshore;
  let home: CommandHome;
  const ok = async (line: string) => {
    const { code, stdout, stderr } = await home.run(line);
    assert.equal(code, 0, `${line}: ${stderr}`);
    return stdout;
  };

  before(async () => {
    [server, home] = await Promise.all([startLongshore(), commandHome()]);
    const login = await home.run(`login ${server.host} -u admin --password-stdin`, `${server.adminPassword}\n`);
    assert.equal(login.code, 0, login.stderr);
    const { layer } = await makeLayers();
    const base = await layer({ 'etc/kept': 'kept\n', 'srv/data': 'data' });
    const old = await layer({
      'app/main.js': 'one\ntwo\n',
      'app/old': 'old',
      'node_modules/left/package.json': '{"name":"left","version":"1.9.0"}',
    });
    const now = await layer({
      'app/main.js': 'one\n2\n',
      'app/new': 'new',
      'node_modules/left/package.json': '{"name":"left","version":"1.10.0"}',
    });
    await pushLayers(server, { repository: 'team/app', tag: '1', layers: [base, old], config: { Env: ['MODE=test'] } });
    await pushLayers(server, { repository: 'team/app', tag: '2', layers: [base, now], config: { Env: ['MODE=live'] } });
  });
  after(async () => {
    await home?.remove();
    await server?.stop();
  });

  it('image diff tells what two images have in common and not, as tables and as JSON', async () => {
    const table = await ok('image diff team/app:1 team/app:2');
    assert.match(table, /^layers +1 of both \(.*\), 1 removed \(.*\), 1 added \(.*\)$/m);
    assert.match(table, /^files +1 added, 1 removed, 2 changed$/m);
    assert.match(table, /^Configuration\nNAME +FROM +TO\nEnv\.MODE +"test" +"live"$/m);
    assert.match(table, /^upgraded +npm +left +1\.9\.0 +1\.10\.0$/m);
    const shown = (await home.json('image diff team/app:1 team/app:2')) as { id: string; result: { files: object } };
    assert.deepEqual(shown.result.files, { added: 1, removed: 1, changed: 2 });
    assert.equal(await ok(`comparison show ${shown.id} -o name`), `${shown.id}\n`);
  });

  it('image diff lists the files that differ, and gives a text as a patch', async () => {
    const files = await ok('image diff team/app:1 team/app:2 --files --prefix /app/');
    assert.deepEqual(
      files
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(/ +/).slice(0, 2).join(' ')),
      ['changed app/main.js', 'added app/new', 'removed app/old'],
    );
    assert.equal(await ok('image diff team/app:1 team/app:2 --files --change removed -o name'), 'app/old\n');
    assert.match(await ok('image diff team/app:1 team/app:2 --text app/main.js'), /^@@ -1,2 \+1,2 @@\n one\n-two\n\+2\n$/m);
    const same = await home.run('image diff team/app:1 team/app:2 --text etc/kept');
    assert.equal(same.code, 3, same.stderr);
    assert.match(await ok('image diff team/app:1 team/app:1'), /^No difference\.$/m);
    const missing = await home.run('image diff team/app:1 team/app:none');
    assert.equal(missing.code, 3, missing.stderr);
  });

  it('image files, file and download look into an image, image show and history tell how it was made', async () => {
    assert.equal(await ok('image files team/app:2 -o name'), 'app\netc\nnode_modules\nsrv\n');
    assert.match(await ok('image files team/app:2 --path app'), /^file +app\/main\.js +6 B +0644 +sha256:/m);
    assert.equal(await ok('image file team/app:2 etc/kept'), 'kept\n');
    const saved = join(home.path, 'kept');
    await ok(`image download team/app:2 etc/kept --save ${saved}`);
    assert.equal(await readFile(saved, 'utf8'), 'kept\n');
    assert.equal((await home.run('image file team/app:2 app/old')).code, 3);
    const shown = (await home.json('image show team/app:2')) as { layers: { digest: string }[] };
    assert.equal(shown.layers.length, 2);
    assert.equal(await ok(`layer files team/app@${shown.layers[0]?.digest} --path etc -o name`), 'etc/kept\n');
    const { stderr } = await home.run('image history team/app:2');
    assert.match(stderr, /does not say how it was made/);
  });
});
