import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkSource } from './source-rules.ts';

const problems = (file: string, text: string) => checkSource(file, text).map(({ where, problem }) => `${where}: ${problem}`);
const server = 'packages/server/src/http/listener.ts';
const long = (lines: number) => `function f() {\n${'  g();\n'.repeat(lines - 2)}}\n`;

describe('checkSource', () => {
  it('accepts what keeps the rules', () => {
    assert.deepEqual(problems(server, long(60)), []);
    assert.deepEqual(problems(server, 'x;\n'.repeat(400)), []);
  });

  it('limits a file to 400 lines', () => assert.deepEqual(problems(server, 'x;\n'.repeat(401)), [`${server}: has 401 lines`]));

  it('limits a function to 60 lines, except in tests', () => {
    assert.deepEqual(problems(server, `\n${long(61)}`), [`${server}:2: f has 61 lines`]);
    assert.deepEqual(problems(server, `const h = () => {\n${'  g();\n'.repeat(60)}};\n`), [`${server}:1: h has 62 lines`]);
    assert.deepEqual(problems('packages/server/src/http/listener.test.ts', long(100)), []);
  });

  for (const text of ['const a = process.env.A;', "import { env } from 'node:process';", "import { env as e } from 'process';"]) {
    it(`keeps the environment to config: ${text}`, () => {
      assert.deepEqual(problems(server, text), [`${server}:1: reads process.env`]);
      assert.deepEqual(problems('packages/oci/src/digest.ts', text).length, 1);
      assert.deepEqual(problems('packages/server/src/config/load.ts', text), []);
      assert.deepEqual(problems('test/crash/failpoints.test.ts', text), []);
    });
  }

  for (const text of ['process.stdout.write("a");', 'console.log("a");']) {
    it(`keeps standard output to observability: ${text}`, () => {
      assert.equal(problems(server, text).length, 1);
      assert.deepEqual(problems('packages/server/src/observability/logger.ts', text), []);
      assert.deepEqual(problems('packages/cli/src/main.ts', text), []);
    });
  }

  it('lets only main.ts end the process', () => {
    assert.deepEqual(problems(server, 'process.exit(1);'), [`${server}:1: calls process.exit`]);
    assert.deepEqual(problems('packages/server/src/main.ts', 'process.exit(1);'), []);
  });

  it('refuses names that say nothing', () => {
    for (const name of ['util', 'string-utils', 'helper', 'common', 'types', 'job-manager']) {
      assert.equal(problems(`packages/oci/src/${name}.ts`, '').length, 1, name);
    }
    assert.deepEqual(problems('packages/oci/src/media-types.ts', ''), []);
  });

  it('refuses announcements of unfinished work', () => {
    const note = ['TO', 'DO'].join('');
    assert.deepEqual(problems(server, `\n// ${note}: later\n`), [`${server}:2: announces unfinished work`]);
  });
});
