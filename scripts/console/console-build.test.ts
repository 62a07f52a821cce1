import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { buildConsole } from './console-build.ts';

let home = '';
let begun = 0;
const build = () =>
  buildConsole(home, () => {
    begun += 1;
  });

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'longshore-console-'));
  begun = 0;
  await mkdir(join(home, 'src'));
  await writeFile(join(home, 'index.html'), '<div id="root"></div><script type="module" src="/src/main.ts"></script>');
  await writeFile(join(home, 'package.json'), '{ "type": "module" }');
  await writeFile(join(home, 'vite.config.ts'), 'export default { build: { minify: false } };');
  await writeText('first');
});
afterEach(() => rm(home, { recursive: true }));

const writeText = (text: string) => writeFile(join(home, 'src/main.ts'), `document.title = '${text.padEnd(2000, '.')}';`);

/** What the built script says. */
async function builtText(): Promise<string> {
  const names = await readdir(join(home, 'dist/assets'));
  const script = names.find((name) => name.endsWith('.js')) ?? assert.fail('no script was built');
  assert.ok(names.includes(`${script}.br`), 'compressed beforehand');
  return readFile(join(home, 'dist/assets', script), 'utf8');
}

/** Directories that a build leaves. */
const left = async () => (await readdir(home)).filter((name) => name.startsWith('dist'));

test('the console is built when its sources are others than those that it was built of, else not', async () => {
  await build();
  assert.match(await builtText(), /first/);
  await build();
  assert.equal(begun, 1);
  await writeText('second');
  await build();
  assert.equal(begun, 2);
  assert.match(await builtText(), /second/);
  await rm(join(home, 'dist/built.json'));
  await build();
  assert.equal(begun, 3, 'half a console is none');
  assert.deepEqual(await left(), ['dist']);
});

test('several builds at once leave one whole console', async () => {
  await Promise.all([build(), build(), build()]);
  assert.match(await builtText(), /first/);
  assert.deepEqual(await left(), ['dist']);
  await build();
  assert.equal(begun, 3, 'it is known what it was built of');
});

test('sources that cannot be built leave the console that was there', async () => {
  await build();
  await writeFile(join(home, 'src/main.ts'), 'this is no script');
  await assert.rejects(build());
  assert.match(await builtText(), /first/);
  assert.deepEqual(await left(), ['dist']);
});
