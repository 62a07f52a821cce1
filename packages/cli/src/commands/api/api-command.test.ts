import assert from 'node:assert/strict';
import { test } from 'node:test';
import { main } from '../../main.ts';
import { recordedSurroundings } from '../../testing/recorded-surroundings.ts';

test('the bytes of a file go to programs and files, not to a terminal', async () => {
  const words = ['image', 'download', `r.example/a@sha256:${'0'.repeat(64)}`, 'etc/motd'];
  const answer = () => new Response('\u001b[2J');
  const terminal = recordedSurroundings(answer, { terminal: { stdoutIsTty: true } });
  assert.equal(await main(words, terminal), 2);
  assert.deepEqual(terminal.outLines, []);
  assert.match(terminal.errLines.join('\n'), /--save FILE/);
  const pipe = recordedSurroundings(answer);
  assert.equal(await main(words, pipe), 0);
  assert.deepEqual(pipe.outLines, ['\u001b[2J']);
});
