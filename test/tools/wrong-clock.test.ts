import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requirePrograms } from './programs.ts';
import { runProgram } from './run-program.ts';
import { WrongClock } from './wrong-clock.ts';

const script = 'const at = performance.now(); setTimeout(() => console.log(JSON.stringify([Date.now(), performance.now() - at])), 200)';

for (const seconds of [-120, 0, 120]) {
  test(`a clock that is ${seconds} seconds off tells Node so, and leaves its timers alone`, async (t) => {
    if (requirePrograms(t, 'faketime') === undefined) return;
    const directory = await mkdtemp(join(tmpdir(), 'longshore-clock-'));
    t.after(() => rm(directory, { recursive: true }));
    const clock = new WrongClock(join(directory, 'clock'));
    await clock.set(seconds);
    const { stdout } = await runProgram(process.execPath, ['--eval', script], { env: clock.env });
    const [told, passed] = JSON.parse(stdout) as [number, number];
    assert.ok(Math.abs(told - Date.now() - seconds * 1000) < 30_000, `told ${new Date(told).toISOString()}`);
    assert.ok(passed >= 199 && passed < 30_000, `a timer of 200 ms took ${passed} ms`);
  });
}
