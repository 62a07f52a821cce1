import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { makeSocketDirectory } from './socket-directory.ts';

test('a directory for sockets is made where there is a place with a short path, for its owner only', async (t) => {
  const here = await mkdtemp(join(tmpdir(), 'longshore-sockets-'));
  t.after(() => rm(here, { recursive: true }));
  const [missing, long] = [join(here, 'missing'), join(here, 'x'.repeat(100))];
  await mkdir(long);
  const made = await makeSocketDirectory([missing, long, here]);
  assert.equal(dirname(made), here);
  assert.equal((await stat(made)).mode & 0o777, 0o700);
  await assert.rejects(makeSocketDirectory([missing, long]), /missing.*x{100}' is too long .* TMPDIR/);
});
