import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';
import { scannedPackages } from './scanned-packages.ts';

const directory = await mkdtemp(join(tmpdir(), 'longshore-jars-'));
after(() => rm(directory, { recursive: true, force: true }));

test('archives of Java in archives, written in each way there is', async (t) => {
  const programs = requirePrograms(t, 'python3');
  if (programs === undefined) return;
  await runProgram(programs.python3, [join(import.meta.dirname, 'make-jars.py'), directory]);
  const bytes = await readFile(join(directory, 'app.jar'));
  const expected = [
    'java named 2.0-jre',
    'java org.example.a-very-long-name-that-is-written-in-two-lines 3.1',
    'java org.example:app 7',
    'java org.example:told 1.2.3',
    'java org.shaded:one 1',
    'java org.shaded:two 2',
  ];
  for (const pieceBytes of [1, 13, 4096, bytes.length]) assert.deepEqual(scannedPackages('opt/app.jar', bytes, pieceBytes), expected);

  await t.test('whatever is changed in them, they are read as far as they are whole', () => {
    for (let at = 0; at < 500; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[(at * 7919) % damaged.length] = at % 256;
      const found = scannedPackages('opt/app.jar', damaged, bytes.length) ?? assert.fail();
      assert.ok(found.length <= expected.length + 2);
    }
    assert.deepEqual(scannedPackages('opt/app-1.0.jar', Buffer.from('no archive')), ['java app 1.0']);
  });

  await t.test('what unpacks to many times its size is left packed, and what holds too much is said to be unread', async () => {
    const bomb = await readFile(join(directory, 'bomb.war'));
    assert.deepEqual(scannedPackages('opt/bomb.war', bomb), []);
    assert.equal(scannedPackages('opt/crowd.jar', await readFile(join(directory, 'crowd.jar'))), undefined);
  });
});
