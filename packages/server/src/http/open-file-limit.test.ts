import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeFileShortage, openFileLimit } from './open-file-limit.ts';

test('the limit is the one of this process', { skip: process.platform === 'linux' ? false : 'only Linux has /proc' }, () => {
  const module = fileURLToPath(new URL('open-file-limit.ts', import.meta.url));
  const print = `import { openFileLimit } from ${JSON.stringify(module)}; console.log(openFileLimit());`;
  const limited = execFileSync('sh', ['-c', 'ulimit -n 789 && exec "$0" --input-type=module -e "$1"', process.execPath, print]);
  assert.equal(limited.toString().trim(), '789');
  assert.ok((openFileLimit() ?? 0) > 0);
});

test('more connections than files is told with the remedy', () => {
  assert.equal(describeFileShortage(1000, 1256), undefined);
  assert.equal(describeFileShortage(1000, undefined), undefined);
  assert.match(describeFileShortage(1000, 1255) ?? '', /1000 connections.*1255 files.*to 1256 or more, or lower limits\.connections/);
});
