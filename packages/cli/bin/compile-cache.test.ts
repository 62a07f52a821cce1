import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compileCacheDirectory } from './compile-cache.js';

const launcher = fileURLToPath(new URL('./longshore.js', import.meta.url));

describe('the compile cache', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'longshore-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** Runs the command with this home; resolves to its output. */
  async function run(env: Record<string, string> = {}): Promise<string> {
    const options = { env: { PATH: process.env['PATH'], HOME: home, ...env } };
    return (await promisify(execFile)(process.execPath, [launcher, 'version'], options)).stdout;
  }

  it('lies in a folder that only the user can enter, and is filled by the first run', async () => {
    const directory = compileCacheDirectory(undefined, home);
    assert.equal(directory, join(home, '.cache', 'longshore', 'compile-cache'));
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    await run();
    assert.notDeepEqual(readdirSync(directory), []);
  });

  it('lies below XDG_CACHE_HOME, when that is an absolute path', () => {
    assert.equal(compileCacheDirectory(home, '/nowhere'), join(home, 'longshore', 'compile-cache'));
    assert.equal(compileCacheDirectory('relative', home), join(home, '.cache', 'longshore', 'compile-cache'));
  });

  it('is left out where other users could put code into it', () => {
    const directory = compileCacheDirectory(undefined, home) ?? '';
    chmodSync(directory, 0o750);
    assert.equal(compileCacheDirectory(undefined, home), undefined);
    chmodSync(directory, 0o700);
    chmodSync(home, 0o777);
    assert.equal(compileCacheDirectory(undefined, home), undefined);
    chmodSync(home, 0o1777);
    assert.equal(compileCacheDirectory(undefined, home), directory);
  });

  it('is left out where the folder, or the home, is of another user', () => {
    const user = process.geteuid?.() ?? 0;
    compileCacheDirectory(undefined, home);
    assert.equal(compileCacheDirectory(undefined, home, user + 1), undefined);
  });

  it('does not follow a link to where others may write', () => {
    const open = join(home, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    symlinkSync(open, join(home, '.cache'));
    assert.equal(compileCacheDirectory(undefined, home), undefined);
  });

  it('is no condition: the command works where the folder cannot be made', async () => {
    writeFileSync(join(home, '.cache'), 'a file in the way');
    assert.equal(compileCacheDirectory(undefined, home), undefined);
    assert.match(await run(), /^longshore \d/);
  });

  it('lies elsewhere, or nowhere, when the variables of Node say so', async () => {
    const other = join(home, 'other');
    await run({ NODE_COMPILE_CACHE: other });
    assert.notDeepEqual(readdirSync(other), []);
    await run({ NODE_DISABLE_COMPILE_CACHE: '1' });
    assert.deepEqual(readdirSync(home), ['other']);
  });

  it('is the own one where the variable names a folder that cannot be made', async () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    await run({ NODE_COMPILE_CACHE: join(file, 'below') });
    assert.notDeepEqual(readdirSync(compileCacheDirectory(undefined, home) ?? ''), []);
  });
});
