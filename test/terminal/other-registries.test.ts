import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDockerRegistry } from '../tools/docker-registry.ts';
import { requirePrograms } from '../tools/programs.ts';
import { commandHome } from './client-home.ts';
import { pushSmallImage } from './small-image.ts';

test("docker's own registry is served by every command that needs no API, and the others say that they need a Longshore", async (t) => {
  const programs = requirePrograms(t, 'docker-registry');
  if (programs === undefined) return;
  const [registry, home] = await Promise.all([startDockerRegistry(programs['docker-registry']), commandHome()]);
  const ok = async (line: string, input?: string) => {
    const { code, stdout, stderr } = await home.run(line, input);
    assert.equal(code, 0, `${line}: ${stderr}`);
    return stdout;
  };
  try {
    const { host, name, password, url } = registry;
    const digest = await pushSmallImage(url, { username: name, password }, 'team/app', '1.0');
    await pushSmallImage(url, { username: name, password }, 'team/app', '2.0');
    const stranger = await home.run(`image show ${host}/team/app:1.0`);
    assert.deepEqual([stranger.code, stranger.stderr.endsWith(`\nLog in with: longshore login ${host}\n`)], [4, true], stranger.stderr);
    assert.equal((await home.run(`login ${host} -u ${name} --password-stdin`, 'wrong')).code, 4);
    assert.match(await ok(`login ${host} -u ${name} --password-stdin`, password), /Logged in to/);
    // It lists them in no order.
    const linesOf = async (line: string) => (await ok(line)).trim().split('\n').toSorted();
    assert.deepEqual(await linesOf('tag ls team/app -o name'), ['1.0', '2.0'], 'it is meant since the login');
    assert.deepEqual(await linesOf(`ls ${host}/team/app`), ['1.0', '2.0']);
    assert.equal(await ok('repo ls -o name'), 'team/app\n');
    const shown = (await home.json('image show team/app:1.0')) as { digest: string; platform: string; config: { environment: string[] } };
    assert.deepEqual([shown.digest, shown.platform, shown.config.environment], [digest, 'linux/amd64', ['PATH=/bin']]);
    assert.match(await ok('image history team/app:1.0'), /RUN true\n.* CMD \["sh"\]\n/);
    assert.equal(JSON.parse(await ok('inspect team/app:1.0')).digest, digest);

    const made = (await home.json('image diff team/app:1.0 team/app:2.0')) as { from: string; config: unknown[]; history: unknown[] };
    assert.deepEqual([made.from, made.config, made.history], [`${host}/team/app@${digest}`, [], []]);
    const other = await pushSmallImage(url, { username: name, password }, 'team/other', '1.0', {
      environment: 'PATH=/usr/bin',
      last: 'USER 7',
    });
    const table = await ok(`image diff team/app:1.0 ${host}/team/other:1.0`);
    assert.match(table, new RegExp(`^to {2,}${host}/team/other@${other}$`, 'm'));
    assert.match(table, /^layers\n {2}CHANGE +SIZE +DIGEST\n {2}same +\d+ B +sha256:[0-9a-f]{64}$/m);
    assert.match(table, /^config\n {2}NAME +FROM +TO\n {2}Env\.PATH +"\/bin" +"\/usr\/bin"$/m);
    assert.match(table, /^ {2}removed +CMD \["sh"\]\n {2}added +USER 7$/m);
    const files = await home.run('image diff team/app:1.0 team/app:2.0 --files');
    assert.deepEqual([files.code, /compared by a Longshore that has both/.test(files.stderr)], [2, true], files.stderr);

    for (const line of [
      'project ls',
      'tag history team/app:1.0',
      'image ls team/app',
      'image usage team/app:1.0',
      'search app',
      'gc --yes',
    ]) {
      const { code, stderr } = await home.run(line);
      assert.deepEqual(
        [code, stderr.includes(`${host} is no Longshore, and only a Longshore can do this`)],
        [2, true],
        `${line}: ${stderr}`,
      );
    }
    const sorted = await home.run('tag ls team/app --sort name');
    assert.deepEqual([sorted.code, /is no Longshore and gives its own order/.test(sorted.stderr)], [2, true]);

    const removed = await home.run(`image rm team/app@${digest} --yes`);
    assert.deepEqual([removed.code, /is no Longshore: some registries/.test(removed.stderr)], [0, true], removed.stderr);
    const gone = await home.run('image show team/app:1.0');
    const said = `longshore image show: ${host}/team/app has no 1.0: longshore tag ls ${host}/team/app lists what there is\n`;
    assert.deepEqual([gone.code, gone.stderr], [3, said]);
    await ok('logout');
    assert.equal((await home.run(`tag ls ${host}/team/app`)).code, 4);
  } finally {
    await home.remove();
    await registry.stop();
  }
});
