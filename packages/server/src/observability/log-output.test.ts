import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { test } from 'node:test';
import { jsonLines } from './line-format.ts';
import { standardErrorOutput } from './log-output.ts';

const [workers, lines] = [3, 4000];

// This file is also the program that the test runs.
if (cluster.isWorker) await writeLines();
else if (process.argv[2] === 'primary') for (let count = 0; count < workers; count += 1) cluster.fork();
else {
  test('workers that write to one pipe at once do not mix their lines', async () => {
    const program = spawn(process.execPath, [import.meta.filename, 'primary'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const text = (await program.stderr.setEncoding('utf8').toArray()).join('');
    const written = text.trimEnd().split('\n');
    assert.equal(written.length, workers * lines);
    for (const line of written) assert.match(line, /^(\d+) \d+ x{200} \1$/);
  });
}

async function writeLines(): Promise<void> {
  const output = standardErrorOutput(jsonLines);
  for (let line = 0; line < lines; line += 1) output.write(`${process.pid} ${line} ${'x'.repeat(200)} ${process.pid}\n`);
  await output.flush();
  process.disconnect();
}
