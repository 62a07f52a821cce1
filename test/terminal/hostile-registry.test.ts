import assert from 'node:assert/strict';
import { lstat, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CommandHome, commandHome } from './client-home.ts';
import { startStandIn, wantsToken } from './stand-in-registry.ts';

/** Clears the screen, writes the clipboard, and the same with C1 controls. */
const attack = '\u001b[2J\u001b]52;c;cm0=\u0007\u009b2J\u202e';
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/;

const api = JSON.stringify({ info: { title: 'Longshore management API' } });
const json = { 'content-type': 'application/json' };

describe('a registry that means harm', () => {
  let home: CommandHome;
  before(async () => {
    home = await commandHome();
  });
  after(() => home?.remove());

  it('cannot steer the terminal by names, values or messages', async (t) => {
    const plain = await startStandIn(t, ({ url }, response) => {
      if (url?.includes('/tags/list') === true) response.writeHead(200, json).end(JSON.stringify({ tags: [`1${attack}`] }));
      else
        response
          .writeHead(url?.startsWith('/v2/x') === true ? 400 : 404, json)
          .end(JSON.stringify({ errors: [{ code: 'X', message: attack }] }));
    });
    const known = await startStandIn(t, ({ url }, response) => {
      if (url?.endsWith('openapi.json') === true) response.writeHead(200, json).end(api);
      else if (url?.startsWith('/api/v1/me') === true)
        response.writeHead(200, json).end(JSON.stringify({ [attack]: { [attack]: [attack] }, name: attack }));
      else response.writeHead(500, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ title: attack, detail: attack }));
    });
    for (const line of [
      `ls http://localhost:${plain.port}/a`,
      `tag ls http://localhost:${plain.port}/a`,
      `tag ls http://localhost:${plain.port}/a -o name`,
      `tag ls http://localhost:${plain.port}/a -o json`,
      `tag ls http://localhost:${plain.port}/a -o yaml`,
      `inspect http://localhost:${plain.port}/x`,
      ...['table', 'wide', 'json', 'yaml', 'name'].map((format) => `whoami --server http://localhost:${known.port} -o ${format}`),
      `project show a --server http://localhost:${known.port}`,
    ]) {
      const { stdout, stderr } = await home.run(line);
      assert.notEqual(stdout + stderr, '', line);
      assert.doesNotMatch(stdout + stderr, steering, line);
    }
    const { stdout } = await home.run(`tag ls http://localhost:${plain.port}/a -o json`);
    assert.deepEqual(JSON.parse(stdout), [{ name: `1${attack}` }], 'programs get what there is');
  });

  it('does not get credentials sent to another host, by a token service or by a redirect', async (t) => {
    const other = await startStandIn(
      t,
      (_request, response) => void response.writeHead(200, json).end('{"token":"t","access_token":"t","name":"x"}'),
    );
    const realm = await startStandIn(
      t,
      wantsToken(() => `http://127.0.0.1:${other.port}/token`),
    );
    const redirecting = await startStandIn(t, ({ url }, response) => {
      if (url?.endsWith('openapi.json') === true) response.writeHead(404).end();
      else response.writeHead(307, { location: `http://127.0.0.1:${other.port}${url}` }).end();
    });
    const api307 = await startStandIn(t, ({ url }, response) => {
      if (url?.endsWith('openapi.json') === true) response.writeHead(200, json).end(api);
      else response.writeHead(307, { location: `http://127.0.0.1:${other.port}${url}` }).end();
    });
    const ends: number[] = [];
    for (const { port } of [realm, redirecting, api307]) {
      ends.push((await home.run(`login http://localhost:${port} -u alice --password-stdin`, 'hunter2')).code);
    }
    ends.push((await home.run(`login http://localhost:${api307.port} --token-stdin`, 'hunter2')).code);
    ends.push((await home.run(`login http://localhost:${redirecting.port} --device`)).code);
    assert.ok(other.asked.length > 0, 'it was asked, by nobody in particular');
    assert.deepEqual(other.authorizations, []);
    assert.ok(
      ends.slice(2).every((code) => code !== 0),
      `${ends}`,
    );
  });

  it('does not choose where a file is saved, nor does a link that stands there', async (t) => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const { port } = await startStandIn(t, ({ url = '' }, response) => {
      if (url.endsWith('openapi.json')) response.writeHead(200, json).end(api);
      // The image and whether its layers have been read are asked for first.
      else if (url.endsWith(`/images/${encodeURIComponent(digest)}`))
        response.writeHead(200, json).end(JSON.stringify({ kind: 'image', digest }));
      else if (url.includes('limit=1')) response.writeHead(200, json).end('{"items":[]}');
      else
        response
          .writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename="../../evil"' })
          .end('bytes');
    });
    const [place, victim] = [join(home.path, 'saved'), join(home.path, 'victim')];
    await writeFile(victim, 'mine');
    await symlink(victim, place);
    const before = (await readdir(home.path)).toSorted();
    const { code, stderr } = await home.run([
      'image',
      'download',
      `http://localhost:${port}/a@${digest}`,
      '../../etc/passwd',
      '--save',
      place,
    ]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual([await readFile(place, 'utf8'), await readFile(victim, 'utf8')], ['bytes', 'mine']);
    assert.ok((await lstat(place)).isFile());
    assert.deepEqual((await readdir(home.path)).toSorted(), before);
  });
});
