import assert from 'node:assert/strict';
import { test } from 'node:test';
import { main } from '../../main.ts';
import { recordedSurroundings } from '../../testing/recorded-surroundings.ts';

const digest = `sha256:${'4b6f'.repeat(16)}`;

test('the bytes of a file go to programs and files, not to a terminal', async () => {
  const words = ['image', 'download', `r.example/a@${digest}`, 'etc/motd'];
  // Whether it is a Longshore, the image, and whether its layers have been read are asked for first.
  const answer = ({ url }: Request) => {
    if (url.endsWith('/openapi.json')) return Response.json({ info: { title: 'Longshore management API' } });
    const { pathname, searchParams } = new URL(url);
    if (pathname.endsWith(encodeURIComponent(digest))) return Response.json({ kind: 'image', digest });
    return searchParams.has('limit') ? Response.json({ items: [] }) : new Response('\u001b[2J');
  };
  const terminal = recordedSurroundings(answer, { terminal: { stdoutIsTty: true } });
  assert.equal(await main(words, terminal), 2, terminal.errLines.join('\n'));
  assert.deepEqual(terminal.outLines, []);
  assert.match(terminal.errLines.join('\n'), /--save FILE/);
  const pipe = recordedSurroundings(answer);
  assert.equal(await main(words, pipe), 0, pipe.errLines.join('\n'));
  assert.deepEqual(pipe.outLines, ['\u001b[2J']);
});

test('an answer with a list in it is a table for people and whole for programs, and what a job did is shown behind it', async () => {
  const settings = [{ key: 'workers', value: '1', source: 'default', description: { en: 'Processes', zh: '进程' } }];
  const job = { id: '7', name: 'gc', state: 'done', progress: { blobs: 3, bytes: 2048 } };
  const answer = ({ url }: Request) =>
    Response.json(url.endsWith('/settings') ? { settings } : url.endsWith('/garbage/preview') ? { job: '7' } : job);
  const shown = async (...words: string[]) => {
    const surroundings = recordedSurroundings(answer);
    assert.equal(await main([...words, '--server', 'https://r.example'], surroundings), 0, surroundings.errLines.join('\n'));
    return surroundings.outLines.join('\n');
  };
  assert.equal(await shown('admin', 'settings'), 'KEY      VALUE  SOURCE\nworkers  1      default');
  assert.deepEqual(JSON.parse(await shown('admin', 'settings', '-o', 'json')), { settings });
  assert.match(await shown('gc', '--dry-run', '--wait'), /^ID .*\n7 +gc +done .*\n\nblobs {2}3\nbytes {2}2\.0 KiB$/);
});
