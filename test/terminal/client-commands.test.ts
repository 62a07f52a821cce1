import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseRepositoryName, parseTag } from '@longshore/oci';
import { createRegistryClient } from '@longshore/oci/client';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { type CommandHome, commandHome } from './client-home.ts';
import { pushSmallImage } from './small-image.ts';

describe('the commands of a client against a real registry', () => {
  let server: Longshore;
  let home: CommandHome;
  let digest = '';
  const ok = async (line: string | readonly string[], input?: string) => {
    const { code, stdout, stderr } = await home.run(line, input);
    assert.equal(code, 0, `${line}: ${stderr}`);
    return stdout;
  };

  before(async () => {
    [server, home] = await Promise.all([startLongshore(), commandHome()]);
    const login = await home.run(`login ${server.host} -u admin --password-stdin`, `${server.adminPassword}\n`);
    assert.equal(login.code, 0, login.stderr);
    await ok('project create team-prod');
    await ok('project create team --visibility private --promotes-to team-prod');
    digest = await pushSmallImage(server.url, { username: 'admin', password: server.adminPassword }, 'team/app', '1.0');
  });
  after(async () => {
    await home?.remove();
    await server?.stop();
  });
  it('a login keeps the credential as docker does, readable by its owner alone, and makes the registry the one that is meant', async () => {
    const config = join(home.path, '.docker', 'config.json');
    const { auths } = JSON.parse(await readFile(config, 'utf8'));
    assert.equal(Buffer.from(auths[server.host].auth, 'base64').toString(), `admin:${server.adminPassword}`);
    assert.equal((await stat(config)).mode & 0o777, 0o600);
    assert.match(await ok('whoami'), /^name +admin$/m);
    const wrong = await home.run(`login ${server.host} -u admin --password-stdin`, 'wrong');
    assert.equal(wrong.code, 4);
    assert.match(await ok('whoami -o name'), /^admin$/m);
  });

  it('results are tables for people, and json, yaml and names for programs', async () => {
    const table = await ok('project ls');
    assert.match(table, /^NAME +VISIBILITY/);
    assert.match(table, /^team +private/m);
    assert.doesNotMatch(table, /\u001b/);
    const [project] = (await home.json('project ls --q team')) as { name: string; promotesTo: string }[];
    assert.deepEqual([project?.name, project?.promotesTo], ['team', 'team-prod']);
    assert.match(await ok('project show team -o yaml'), /^name: team\nvisibility: private\n/);
    assert.equal(await ok('project ls --q team -o name'), 'team\nteam-prod\n');
    assert.equal(await ok('robot ls --project team -o json'), '[]\n');
    for (const line of ['repo ls', 'repo ls team', 'repo ls --prefix team/a', 'repo search app'])
      assert.match(await ok(line), /^NAME +TAGS +PUSHED +CREATED\nteam\/app +1 +.+\n$/, line);
    assert.equal(await ok('repo ls --prefix app'), '');
  });

  it('a change is made to the version that is there; no flag leaves out what it does not name', async () => {
    await ok(['project', 'edit', 'team', '--description', 'The team']);
    await ok('project edit team --no-promotes-to --visibility public');
    const project = (await home.json('project show team')) as Record<string, unknown>;
    assert.deepEqual([project['description'], project['visibility'], project['promotesTo']], ['The team', 'public', undefined]);
    const stale = await home.run('project edit team --visibility private --if-match "17"');
    assert.equal(stale.code, 5, stale.stderr);
  });

  it('images are shown, promoted, removed and brought back', async () => {
    assert.match(await ok('tag ls team/app'), /^1\.0 +sha256:/m);
    const shown = (await home.json(`image show ${server.host}/team/app:1.0`)) as Record<string, unknown>;
    const { environment } = shown['config'] as { readonly environment: readonly string[] };
    assert.deepEqual([shown['digest'], shown['platform'], environment], [digest, 'linux/amd64', ['PATH=/bin']]);
    assert.match(await ok('image history team/app:1.0'), /RUN true/);
    await ok('project edit team --promotes-to team-prod');
    assert.match(await ok('image promote team/app:1.0'), /team-prod\/app/);
    assert.equal(await ok('tag ls team-prod/app -o name'), '1.0\n');
    const unasked = await home.run('tag rm team-prod/app:1.0');
    assert.equal(unasked.code, 2);
    assert.match(unasked.stderr, /--yes/);
    await ok('tag rm team-prod/app:1.0 --yes');
    assert.equal((await home.run('tag show team-prod/app:1.0')).code, 3);
    const half = await home.run('image restore team-prod/app:1.0 sha256:1234');
    assert.equal(half.code, 2);
    assert.equal(half.stderr.match(/digest: must match/g)?.length, 1, half.stderr);
    await ok(`image restore team-prod/app:1.0 ${digest}`);
    assert.match(await ok('tag history team-prod/app:1.0'), /sha256:/);
    await ok('image rm team-prod/app:1.0 --yes');
    assert.equal((await home.run('tag show team-prod/app:1.0')).code, 3);
  });

  it('people and machines get their rights, and secrets come from files', async () => {
    await writeFile(join(home.path, 'secret'), 'a long enough password\n');
    await ok(['user', 'create', 'alice', '--password-file', join(home.path, 'secret')]);
    await ok('member add --project team alice writer');
    assert.match(await ok('member ls --project team'), /user +alice +writer/);
    const secret = (await ok('robot create ci --project team --role reader -o name')).trim();
    const other = await commandHome();
    try {
      const login = await other.run(`login ${server.host} --token-stdin`, secret);
      assert.equal(login.code, 0, login.stderr);
      assert.match(login.stdout, /as robot\+team\+ci/);
      assert.equal((await other.run('tag ls team/app -o name')).stdout, '1.0\n');
      assert.equal((await other.run('tag rm team/app:1.0 --yes')).code, 4);
      assert.equal((await other.run('user ls')).code, 4);
      assert.equal((await other.run('logout')).code, 0);
      const out = await other.run('whoami');
      assert.equal(out.code, 2);
      assert.match(out.stderr, /which registry\?/);
    } finally {
      await other.remove();
    }
    const token = (await ok('token create --name ci --expires 30d -o name')).trim();
    const env = { HOME: join(home.path, 'nobody'), LONGSHORE_SERVER: server.url, LONGSHORE_TOKEN: token };
    assert.match((await home.run('whoami -o name', '', env)).stdout, /^admin$/m);
    const elsewhere = await home.run(`whoami --server http://localhost:${new URL(server.url).port}`, '', env);
    assert.equal(elsewhere.code, 4, 'the token of one registry goes to no other name');
  });

  it('jobs are followed to their end, and policies come from files', async () => {
    const policy = "rules:\n- { repositories: '**', include: ['*'], exclude: [], keep: { kind: newest, count: 10 } }\n";
    const set = await home.run('retention set team --file - -o json', policy);
    if (set.code !== 0) assert.fail(set.stderr);
    assert.match(await ok('retention preview team'), /1\.0 +yes/);
    assert.match(await ok('cleanup --repo team --days 36500 --yes --wait'), /done/);
    assert.match(await ok('retention run team --wait'), /done/);
    assert.match(await ok('gc --dry-run --wait'), /done/);
    const unasked = await home.run('gc');
    assert.deepEqual([unasked.code, /--yes/.test(unasked.stderr)], [2, true]);
    assert.match(await ok('gc --yes --wait'), /done/);
    assert.notEqual(await ok('gc ls -o name'), '');
    assert.match(await ok('audit ls --limit 3'), /allowed/);
    assert.equal(
      (await ok('audit jsonl --action login'))
        .split('\n')
        .filter(Boolean)
        .every((line) => JSON.parse(line).action === 'login'),
      true,
    );
  });

  it('what goes wrong has a code and says what to do', async () => {
    for (const [line, code, expected] of [
      ['project show none', 3, /none/],
      ['project create team', 5, /team/],
      ['project create Team!', 2, /name/],
      ['project create x --visibillity public', 2, /did you mean --visibility\?/],
      ['project create x --expire-after-hours soon', 2, /a number/],
      ['project rm team', 2, /--yes/],
      ['quota set team --limit-bytes 1parsec', 2, /a size such as 10GiB/],
      ['project create x --file -', 2, /standard input is not an object/],
      ['cleanup --days 3 --yes', 2, /--repo/],
      ['member show --project team', 2, /missing: MEMBER/],
      ['whoami --server localhost:1', 6, /longshore doctor/],
      ['tag show team/app@sha256:00', 2, /team\/app:1\.0/],
    ] as const) {
      const { code: was, stderr } = await home.run(line);
      assert.equal(was, code, `${line}: ${stderr}`);
      assert.match(stderr, expected, line);
    }
  });

  it('pushed names cannot steer the terminal', async () => {
    const name = parseRepositoryName('team/evil');
    const tag = parseTag('1');
    assert.ok(name !== undefined && tag !== undefined);
    const client = createRegistryClient({ baseUrl: server.url, fetch, credentials: { username: 'admin', password: server.adminPassword } });
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [],
      annotations: { title: '\u001b[2Jgone' },
    };
    await client.putManifest(name, tag, { bytes: Buffer.from(JSON.stringify(manifest)), mediaType: manifest.mediaType });
    assert.match(await ok('image show team/evil:1'), /title +\ufffd\[2Jgone/);
  });
});
