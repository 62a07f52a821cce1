import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';
import { oldGoProgram } from './old-go-program.ts';
import { scannedPackages } from './scanned-packages.ts';

/** What Go itself says of a program; what replaces a module stands in the line after it. */
async function modulesOf(go: string, program: string): Promise<string[]> {
  const [first = '', ...lines] = (await runProgram(go, ['version', '-m', program])).stdout.split('\n');
  const found = [`go stdlib ${/go(\d\S*)$/.exec(first)?.[1]}`];
  for (const [place, line] of lines.entries()) {
    const [, word, name, version = ''] = line.split('\t');
    const isReplaced = lines[place + 1]?.startsWith('\t=>') === true;
    if (/^(mod|dep|=>)$/.test(word ?? '') && !isReplaced && /^v/.test(version)) found.push(`go ${name} ${version}`);
  }
  return found.sort();
}

test('modules of programs, as Go tells them: with modules and without, linked by Go and by the linker of C, some replaced', async (t) => {
  const programs = requirePrograms(t, 'go', 'regctl', 'kube-apiserver', 'docker-registry');
  if (programs === undefined) return;
  const { go, ...read } = programs;
  for (const [name, program] of Object.entries(read)) {
    const found = scannedPackages(`usr/bin/${name}`, await readFile(program));
    assert.deepEqual(found, await modulesOf(go, program), name);
  }
  const bytes = await readFile(read.regctl);
  const found = scannedPackages('bin/regctl', bytes) ?? assert.fail();
  assert.ok(found.length > 5);

  await t.test('whatever pieces it comes in', () => {
    for (const pieceBytes of [997, 8191, 65_536, bytes.length]) assert.deepEqual(scannedPackages('bin/regctl', bytes, pieceBytes), found);
  });

  await t.test('and whatever is changed in it', () => {
    const note = bytes.indexOf('\xff Go buildinf:', 'latin1');
    const size = bytes.length;
    const part = bytes.subarray(0, note + 50_000);
    assert.deepEqual(scannedPackages('bin/regctl', part, size), found);
    for (let at = 0; at < 600; at += 1) {
      const place = at < 300 ? at : note + (at - 300) * 7;
      const before = bytes[place] ?? 0;
      bytes[place] = before ^ (1 << (at % 8));
      const read = scannedPackages('bin/regctl', part, size);
      assert.ok(read !== undefined && read.length <= found.length + 1);
      bytes[place] = before;
    }
    assert.deepEqual(scannedPackages('bin/regctl', bytes.subarray(0, note + 40)), []);
    assert.deepEqual(scannedPackages('bin/regctl', Buffer.alloc(size, '\xff Go buildinf:', 'latin1')), []);
  });
});

test('programs of Go before 1.18, whose note leads to texts elsewhere', () => {
  const modules = 'path\texample.org/old\nmod\texample.org/old\t(devel)\t\ndep\tgolang.org/x/text\tv0.3.7\th1:x\n=>\t./text\t(devel)\t\n';
  const expected = ['go golang.org/x/text v0.3.7', 'go stdlib 1.17.13'];
  for (const bits of [32, 64] as const) {
    const bytes = oldGoProgram(bits, 'go1.17.13', modules);
    for (const pieceBytes of [100, 8192, bytes.length])
      assert.deepEqual(scannedPackages('bin/old', bytes, pieceBytes), expected, `${bits}`);
    for (let at = 0; at < 600; at += 1) {
      const place = at < 400 ? at * 3 : 100_000 + at - 400;
      const before = bytes[place] ?? 0;
      bytes[place] = before ^ (1 << (at % 8));
      assert.ok((scannedPackages('bin/old', bytes, bytes.length)?.length ?? 0) <= expected.length);
      bytes[place] = before;
    }
  }
});
