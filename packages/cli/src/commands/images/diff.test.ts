import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { main } from '../../main.ts';
import { recordedSurroundings } from '../../testing/recorded-surroundings.ts';

const side = { repository: 'team/app', digest: `sha256:${'a'.repeat(64)}` };
const running = { id: 'abc', state: 'running', from: side, to: side, job: '7', progress: { bytesRead: 1, bytesTotal: 4 } };
const result = {
  layers: { from: [], to: [] },
  sizeBytes: { from: 1, to: 2048, shared: 0 },
  files: { added: 0, removed: 0, changed: 1 },
  config: [{ name: 'Env.A', from: '"\u001b[2J"' }],
  packages: [],
  truncated: true,
  unreadPackages: false,
};
const done = { id: 'abc', state: 'done', from: side, to: side, result };

/** Runs `longshore image diff` at a terminal, against a registry that gives these answers one after the other. */
async function diff(flags: readonly string[], answers: readonly (object | number)[], columns = 80) {
  const left = [...answers];
  const answer = ({ url }: Request): Response => {
    if (url.endsWith('/openapi.json')) return Response.json({ info: { title: 'Longshore management API' } });
    const next = left.shift() ?? assert.fail('more was asked than is answered');
    return typeof next === 'number' ? new Response(null, { status: next }) : Response.json(next);
  };
  const terminal = { stderrIsTty: true, stdoutIsTty: true, columns };
  const surroundings = recordedSurroundings(answer, { terminal, environment: { LONGSHORE_SERVER: 'http://localhost:1' } });
  const code = await main(['image', 'diff', 'team/app:1', 'team/app:2', ...flags], surroundings);
  assert.deepEqual(left, []);
  return { code, ...surroundings };
}

describe('longshore image diff', () => {
  it('tells how far the comparison is, and then what differs', async () => {
    const { code, errLines, outLines, asked } = await diff([], [running, done]);
    assert.equal(code, 0);
    assert.match(errLines[0] ?? '', /^job 7 comparison running \d+s \[#{6}\.{18}\] 25 %$/);
    assert.equal(errLines[1], '', 'the line is gone before the result');
    assert.match(outLines.join('\n'), /^size +1 B -> 2\.0 KiB/m);
    assert.match(outLines.join('\n'), /^Env\.A +"\ufffd\[2J" +-$/m);
    assert.match(errLines.join('\n'), /more differences than are listed/);
    assert.deepEqual(
      asked.map((line) => line.replace(/http:..localhost:1/, '')),
      ['GET /api/v1/openapi.json', 'POST /api/v1/comparisons', 'GET /api/v1/comparisons/abc'],
    );
  });

  it('shows a text with signs and colours, and nothing in it steers the terminal', async () => {
    const { outLines } = await diff(['--text', '/etc/a'], [done, { kind: 'text', patch: '@@ -1 +1 @@\n-a\tb\n+\u001b[2Jc\n' }]);
    assert.deepEqual(outLines, ['\u001b[36m@@ -1 +1 @@\u001b[0m', '\u001b[31m-a\tb\u001b[0m', '\u001b[32m+\ufffd[2Jc\u001b[0m']);
    const binary = await diff(['--text', 'bin/sh'], [done, { kind: 'binary' }]);
    assert.match(binary.errLines.join('\n'), /no text/);
  });

  it('fails when the comparison did, and refuses flags that would do nothing', async () => {
    const failed = await diff([], [{ ...running, state: 'failed', failure: 'The layer is damaged.' }]);
    assert.equal(failed.code, 1);
    assert.match(failed.outLines.join('\n'), /^failure +The layer is damaged\.$/m);
    assert.equal((await diff(['--prefix', 'etc/'], [])).code, 2);
    assert.equal((await diff(['--files', '--text', 'a'], [])).code, 2);
  });
});
