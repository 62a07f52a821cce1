import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { selectFiles } from './test-files.ts';

const imports = "import { describe, it } from 'node:test';\n";
const mixed = `${imports}describe('suite', () => {
  it('passes', () => {});
  it('fails', () => { console.log('from the test'); throw new Error('reason', { cause: new Error('deeper') }); });
  it('is skipped', (t) => t.skip('not installed: skopeo'));
  it('is missing', { todo: true }, () => {});
  it('nests', async (t) => { await t.test('inner', () => { throw new Error('within'); }); });
});
describe.skip('left out', () => { it('never', () => {}); });
`;

const script = `
  import { resolve } from 'node:path';
  import { run } from 'node:test';
  import { TestTally } from ${JSON.stringify(new URL('./test-tally.ts', import.meta.url).href)};
  const lines = [];
  const tally = new TestTally((line) => lines.push(line), process.cwd());
  const files = process.argv.slice(2).map((file) => resolve(file));
  if (files.length > 0) for await (const event of run({ files })) tally.take(event);
  const code = tally.conclude();
  const { passed, failed, skipped } = tally;
  console.log(JSON.stringify({ passed, failed, skipped, code, printed: lines.join('\\n') }));
`;

describe('TestTally', () => {
  let root = '';
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'longshore-tally-'));
    writeFileSync(join(root, 'runner.mjs'), script);
  });
  after(() => rmSync(root, { recursive: true }));

  /** Runs these files for real, in a process of its own: node:test does not run inside a test. */
  async function tallyOf(files: Record<string, string>) {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const runner = spawn(process.execPath, [join(root, 'runner.mjs'), ...Object.keys(files)], { cwd: root, env });
    const [output] = await Promise.all([runner.stdout.toArray(), once(runner, 'exit')]);
    return JSON.parse(Buffer.concat(output).toString()) as {
      passed: number;
      failed: string[];
      skipped: string[];
      code: number;
      printed: string;
    };
  }

  it('counts tests, not suites, and tells everything about a failure', async () => {
    const { passed, failed, skipped, code, printed } = await tallyOf({ 'mixed.test.mjs': mixed });
    assert.equal(code, 1);
    assert.equal(passed, 1);
    assert.deepEqual(failed, ['mixed.test.mjs > suite > fails', 'mixed.test.mjs > suite > nests > inner']);
    assert.deepEqual(skipped, [
      'mixed.test.mjs > suite > is skipped: not installed: skopeo',
      'mixed.test.mjs > suite > is missing: to be written',
      'mixed.test.mjs > left out: no reason given',
    ]);
    for (const expected of [/Error: reason/, /cause.*Error: deeper/s, /\| from the test/, /\n1 passed, 2 failed, 3 skipped$/])
      assert.match(printed, expected);
  });

  it('ends with one line and 0 when everything passed', async () => {
    const { code, printed } = await tallyOf({ 'good.test.mjs': `${imports}it('a', () => {}); it('b', () => {});` });
    assert.equal(code, 0);
    assert.match(printed, /^ok {6}good.test.mjs \(2 tests, [\d.]+ s\)\n2 passed, 0 failed$/);
  });

  it('fails for a file without tests', async () => {
    const { code, printed } = await tallyOf({ 'empty.test.mjs': '' });
    assert.equal(code, 1);
    assert.match(printed, /FAILED {2}empty.test.mjs\n {4}The file has no tests/);
  });

  it('fails for a file that cannot be run, with what it wrote', async () => {
    const { code, printed } = await tallyOf({ 'broken.test.mjs': "throw new Error('while loading');" });
    assert.equal(code, 1);
    assert.match(printed, /FAILED {2}broken.test.mjs.*\| Error: while loading/s);
  });

  it('fails for a process that fails after its tests passed', async () => {
    const { failed } = await tallyOf({
      'late.test.mjs': `${imports}it('a', () => { process.on('exit', () => { process.exitCode = 3; }); });`,
    });
    assert.deepEqual(failed, ['late.test.mjs']);
  });

  it('tells what a server wrote last whose tests have failed, and of others nothing', async () => {
    const startProcess = JSON.stringify(new URL('../../test/tools/started-process.ts', import.meta.url).href);
    const withServer = (test: string) => `import { after, it } from 'node:test'; import { startProcess } from ${startProcess};
      const program = "for (let line = 1; line < 50; line += 1) console.log('line ' + line + ' of ${test}'); setInterval(() => {}, 1000);";
      const { stop } = await startProcess(process.execPath, ['--eval', program], { ready: /line 49/ });
      it('a', () => { if ('${test}' === 'failing') throw new Error('reason'); });
      after(() => stop());
    `;
    const files = { 'failing.test.mjs': withServer('failing'), 'passing.test.mjs': withServer('passing') };
    const { printed } = await tallyOf(files);
    assert.match(printed, /\| Last lines of node --eval \(process \d+\):\n {4}\| {3}line 10 of failing\n.*\| {3}line 49 of failing\n/s);
    assert.doesNotMatch(printed, /line 9 of|of passing/);
  });

  it('fails when nothing ran', async () => {
    const { code, printed } = await tallyOf({});
    assert.equal(code, 1);
    assert.match(printed, /\n0 passed, 1 failed$/);
  });
});

describe('selectFiles', () => {
  const files = [
    'packages/oci/src/digest.test.ts',
    'packages/server/src/http/ranges.test.ts',
    'test/crash/failpoints.test.ts',
    'packages/server/src/storage/s3/s3-store.test.ts',
  ];
  const select = (quick: boolean, ...patterns: string[]) => selectFiles(files, { quick, patterns });
  it('takes everything unless told', () => assert.deepEqual(select(false), files));
  it('takes what lies in packages and needs no real store when quick', () => assert.deepEqual(select(true), files.slice(0, 2)));
  it('takes parts of paths and globs', () => {
    assert.deepEqual(select(false, 'crash'), [files[2]]);
    assert.deepEqual(select(false, 'packages/**/digest.test.ts', 'ranges'), files.slice(0, 2));
    assert.deepEqual(select(false, 'nothing'), []);
  });
});
