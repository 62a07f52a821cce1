import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serverVerbs } from '../../packages/cli/src/server-verbs.ts';
import { startLongshore } from '../tools/longshore.ts';
import { tryProgram } from '../tools/run-program.ts';

const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));

function longshore(...argv: string[]) {
  return tryProgram(process.execPath, [main, ...argv]);
}

const command = new URL('../../packages/cli/src/', import.meta.url);

/** Command lines one after the other in one process, in Chinese. */
function inChinese(...lines: readonly (readonly string[])[]) {
  const program = `
    import { main, processSurroundings } from '${command}main.ts';
    for (const argv of ${JSON.stringify(lines)}) process.exitCode = await main(argv, processSurroundings(process.env));`;
  return tryProgram(process.execPath, ['--input-type=module', '-e', program], { env: { LONGSHORE_LANG: 'zh' } });
}

async function statusFor(url: string, user: string, password: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return (await fetch(`${url}/v2/`, { headers: { authorization } })).status;
}

test('accounts made beside a running server count at once', async () => {
  const server = await startLongshore();
  try {
    const { url, dataDir } = server;
    const added = await longshore('user', 'add', 'alice', '--data', dataDir);
    const password = /password (\S+) /.exec(added.stdout)?.[1] ?? '';
    assert.equal(await statusFor(url, 'alice', password), 200);
    assert.equal(await statusFor(url, 'alice', `${password}x`), 401);

    const token = (await longshore('token', 'create', 'alice', '--name', 'ci', '--data', dataDir)).stdout.trim();
    assert.equal(await statusFor(url, 'alice', token), 200);
    assert.match((await longshore('token', 'list', 'alice', '--data', dataDir)).stdout, /^1 {2}ci {2}expires \d{4}-/);
    assert.equal((await longshore('token', 'revoke', 'alice', '1', '--data', dataDir)).code, 0);
    assert.equal(await statusFor(url, 'alice', token), 401);

    assert.equal((await longshore('user', 'disable', 'alice', '--data', dataDir)).code, 0);
    assert.equal(await statusFor(url, 'alice', password), 401);
    const reset = /password (\S+) /.exec((await longshore('admin', 'reset-password', '--data', dataDir)).stdout)?.[1] ?? '';
    assert.equal(await statusFor(url, 'admin', server.adminPassword), 401);
    assert.equal(await statusFor(url, 'admin', reset), 200);
  } finally {
    await server.stop();
  }
});

test('the verbs of the server speak Chinese as the others do', async () => {
  const { stdout } = await inChinese(...[...serverVerbs.keys()].map((verb) => [verb, '--help']));
  assert.ok((stdout.match(/^示例：$/gm) ?? []).length >= 7);
  const said = stdout.split('\n').filter((line) => !line.startsWith('  longshore '));
  // Three words in a row are a sentence; a command line is typed.
  const isEnglish = (line: string) => /[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(line.replace(/longshore [a-z-]+( [a-z-]+)?/g, ''));
  assert.deepEqual(said.filter(isEnglish), []);

  const wrong = await inChinese(['config', 'check', '--gc-untagged', 'maybe', '--lissten', ':1', '--tls-key-file', '/key']);
  assert.deepEqual(
    [wrong.code, wrong.stderr.split('\n').slice(0, 4)],
    [
      2,
      [
        '配置有 3 个问题：',
        '  --lissten: 未知参数；是否想用 --listen？',
        '  tls: tls.keyFile 与 tls.certFile 须一起使用；要么都给出，要么都不给出',
        '  --gc-untagged: gc.untagged 应为：keep、delete 之一；给出的是 "maybe"',
      ],
    ],
  );
  const missing = await inChinese(['admin', 'reset-password', '--data', join(tmpdir(), 'longshore-no-such-directory')]);
  assert.match(missing.stderr, /^longshore admin: '.*' 中没有镜像仓库的数据：请用 --data 指定其目录。/);
});

test('a wrong verb is said as that, whether or not there is a registry', async () => {
  const { code, stderr } = await longshore('admin', 'resett');
  assert.deepEqual([code, stderr], [2, "longshore admin: There is no verb 'resett'. See 'longshore admin --help'.\n"]);
});

test('a mistyped data directory is said and not filled', async () => {
  const missing = join(tmpdir(), 'longshore-no-such-directory');
  for (const verb of [
    ['user', 'list'],
    ['gc', '--dry-run'],
    ['token', 'list', 'admin'],
    ['admin', 'reset-password'],
  ]) {
    const { code, stderr } = await longshore(...verb, '--data', missing);
    assert.equal(code, 2);
    assert.match(stderr, /There is no registry in .* name its directory with --data/);
  }
  assert.equal(existsSync(missing), false);
});

test('wrong words end with 2 and name the help', async () => {
  const server = await startLongshore();
  try {
    for (const [verb, expected] of [
      [['user', 'grant', 'nobody', 'team', 'writer'], /There is no user 'nobody'/],
      [['user', 'grant', 'admin', 'team', 'king'], /There is no project 'team': it begins/],
      [['user', 'grant', 'admin', 'team', 'writer'], /There is no project 'team'/],
      [['user', 'remove', 'admin'], /admin is the last administrator/],
      [['user', 'disable', 'admin'], /admin is the last administrator/],
      [['user', 'explode'], /There is no verb 'explode'/],
      [['token', 'create', 'admin'], /needs a name/],
      [['token', 'create', 'admin', '--name', 'x', '--expires', 'soon'], /not a duration: write 90d/],
      [['gc', '--dryrun'], /--dryrun/],
      [['nonsense'], /there is no command 'nonsense'/],
    ] as const) {
      const settings = verb[0] === 'nonsense' ? [] : ['--data', server.dataDir];
      const { code, stderr } = await longshore(...verb, ...settings);
      assert.equal(code, 2, stderr);
      assert.match(stderr, expected);
    }
  } finally {
    await server.stop();
  }
});
