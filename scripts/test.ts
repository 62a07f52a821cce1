// npm test [-- PATTERN...]: everything, or the test files whose paths match; npm run test:quick: the unit tests.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from 'node:test';
import { parseArgs } from 'node:util';
import { formatResult, runChecks } from './checks/all-checks.ts';
import { allTestFiles, selectFiles } from './test-run/test-files.ts';
import { TestTally } from './test-run/test-tally.ts';

const filesAtOnce = 2;
const longestFileMs = 20 * 60_000;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean', default: false } } });
const tally = new TestTally(console.log, process.cwd());
const isEverything = !values.quick && positionals.length === 0;

/** Brings the programs that tests need, where that is possible; without them those tests are skipped by name. */
function installTools(): void {
  const script = 'scripts/install-test-tools';
  if (!existsSync(script) || !existsSync('/etc/debian_version') || process.getuid?.() !== 0) return;
  const { status } = spawnSync(script, { stdio: 'inherit' });
  if (status !== 0) console.log(`${script} ended with ${status}; what needs a missing program will be skipped.`);
}

if (isEverything) {
  const results = await runChecks((result) => console.log(formatResult(result)));
  for (const { name, problems } of results) tally.count(`check: ${name}`, problems === '');
  installTools();
}

const files = selectFiles(allTestFiles(), { quick: values.quick, patterns: positionals });
if (files.length === 0) {
  console.log(`No test file matches ${positionals.join(' ')}.`);
  tally.count('no test file matches', false);
} else {
  // node:test gives no type for its events that fits all of them.
  for await (const event of run({ files: files.map((file) => resolve(file)), concurrency: filesAtOnce, timeout: longestFileMs }))
    tally.take(event);
}
process.exitCode = tally.conclude();
