import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bundleCommand } from '../../scripts/cli-build/bundle.ts';
import { makeExecutable } from '../../scripts/cli-build/executable.ts';
import { buildPackage } from '../../scripts/cli-build/package.ts';
import { ClientAuthority } from '../tools/client-authority.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { skipUnless } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';
import { commandHome } from './client-home.ts';
import { pushSmallImage } from './small-image.ts';
import { openRegistry, startStandIn } from './stand-in-registry.ts';

const skip = skipUnless(process.platform === 'linux' && process.arch === 'x64', 'a single file is made for Linux');

describe('the command as people get it', { skip }, () => {
  let server: Longshore;
  let folder: string;
  let digest: string;
  before(async () => {
    [server, folder] = await Promise.all([startLongshore(), mkdtemp(join(tmpdir(), 'longshore-built-'))]);
    digest = await pushSmallImage(server.url, { username: 'admin', password: server.adminPassword }, 'team/app', '1.0');
  });
  after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** What a stranger does with it first, with everything that is loaded only when it is needed. */
  async function tried(program: readonly [string, ...string[]]): Promise<void> {
    const home = await commandHome(program);
    try {
      const ok = async (line: string, input = '', env: Record<string, string> = {}) => {
        const { code, stdout, stderr } = await home.run(line, input, env);
        assert.equal(code, 0, `${line}: ${stderr}`);
        return stdout;
      };
      assert.match(await ok('version'), /^longshore \d+\.\d+\.\d+ /);
      assert.match(await ok('image --help', '', { LONGSHORE_LANG: 'zh' }), /在任意镜像仓库的仓库之间复制镜像/);
      await ok(`login ${server.host} -u admin --password-stdin`, server.adminPassword);
      assert.match(await ok('project ls -o yaml'), /^- .*\n/);
      assert.match(await ok('deploy team/app:1.0'), new RegExp(`image: ${server.host}/team/app@${digest}`));
      assert.match(await ok('completion bash'), /complete /);
      const { code, stderr } = await home.run('serve');
      assert.deepEqual([code, /server/.test(stderr)], [1, true], stderr);
    } finally {
      await home.remove();
    }
  }

  it('is a package that npm packs, installs in an empty folder without anything else, and runs', async () => {
    const [made, empty] = [join(folder, 'npm'), join(folder, 'empty')];
    await buildPackage(made);
    await mkdir(empty);
    const packed = await runProgram('npm', ['pack', '--json', '--pack-destination', folder], { cwd: made });
    const [{ filename, files }] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }];
    assert.deepEqual(
      files.map(({ path }) => path),
      ['LICENSE', 'longshore.js', 'package.json'],
    );
    await runProgram('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)], { cwd: empty });
    await tried([process.execPath, join(empty, 'node_modules', '.bin', 'longshore')]);
    assert.match((await runProgram('npx', ['--offline', 'longshore', 'version'], { cwd: empty })).stdout, /^longshore \d/);
  });

  it('is a single file that needs nothing else, and speaks TLS', async (t) => {
    const [bundle, file] = [join(folder, 'longshore.cjs'), join(folder, 'longshore')];
    await bundleCommand(bundle, 'executable');
    await makeExecutable(bundle, file, 'x64', folder);
    await tried([file]);
    const authority = new ClientAuthority('Root');
    const certificate = authority.issue({ commonName: 'registry', usage: 'serverAuth', dns: ['localhost'] });
    const { port } = await startStandIn(t, openRegistry, certificate);
    const home = await commandHome([file]);
    t.after(() => home.remove());
    const ca = join(home.path, 'root.crt');
    await writeFile(ca, authority.cert);
    const login = (...more: string[]) => home.run(['login', `https://localhost:${port}`, '-u', 'a', '--password-stdin', ...more], 'b');
    assert.equal((await login()).code, 6);
    const trusted = await login('--ca-file', ca);
    assert.equal(trusted.code, 0, trusted.stderr);
  });
});
