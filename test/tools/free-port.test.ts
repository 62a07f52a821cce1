import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

/** What another process gets whose first choice falls where `chance` says. */
async function portElsewhere(chance: number): Promise<number> {
  const code = `
    import { freePort } from ${JSON.stringify(import.meta.resolve('./free-port.ts'))};
    const { random } = Math;
    Math.random = () => { Math.random = random; return ${chance}; };
    console.log(await freePort());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
  return Number(stdout);
}

test('a port that is given to one process of tests is given to no other, though nobody listens on it yet', async (t) => {
  const { random } = Math;
  const chances: number[] = [];
  t.mock.method(Math, 'random', () => {
    chances.push(random());
    return chances.at(-1) ?? assert.fail();
  });
  const port = await freePort();
  const elsewhere = await portElsewhere(chances.at(-1) ?? assert.fail('it was not chosen by chance'));
  assert.ok(elsewhere > 0);
  assert.notEqual(elsewhere, port);
});
