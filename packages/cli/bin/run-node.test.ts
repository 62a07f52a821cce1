import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';

const launcher = `
  import { runNode } from ${JSON.stringify(new URL('./run-node.js', import.meta.url).href)};
  runNode(process.execPath, process.argv.slice(1));
`;

/** Runs `script` in a Node that the launcher starts. */
function launch(script: string, ...args: string[]) {
  return spawn(process.execPath, ['--input-type=module', '--eval', launcher, '--', '--eval', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

describe('runNode', () => {
  it('passes arguments, output and exit code on', async () => {
    const child = launch('console.log(process.argv.slice(1).join()); process.exit(7)', 'a', 'b c');
    const output = child.stdout.toArray();
    assert.deepEqual(await once(child, 'exit'), [7, null]);
    assert.equal(Buffer.concat(await output).toString(), 'a,b c\n');
  });

  it('forwards SIGTERM, and lets the child decide how to end', async () => {
    const child = launch('process.on("SIGTERM", () => process.exit(3)); setInterval(() => {}, 1000); console.log("ready")');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [3, null]);
  });

  it('ends by the signal that ended the child', async () => {
    const child = launch('process.kill(process.pid, "SIGKILL")');
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
  });
});
