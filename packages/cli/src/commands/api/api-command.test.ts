import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { main } from '../../main.ts';
import { recordedSurroundings } from '../../testing/recorded-surroundings.ts';

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const config = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } });
const described = { mediaType: 'application/vnd.oci.image.config.v1+json', size: config.length, digest: digestOf(config) };
const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config: described, layers: [] });

test('the bytes of a file go to programs and files, not to a terminal', async () => {
  const words = ['image', 'download', `r.example/a@${digestOf(manifest)}`, 'etc/motd'];
  // The image and whether its layers have been read are asked for first.
  const answer = ({ url }: Request) => {
    const { pathname, searchParams } = new URL(url);
    if (pathname.startsWith('/v2/a/manifests/')) return new Response(manifest, { headers: { 'content-type': mediaType } });
    if (pathname.startsWith('/v2/a/blobs/')) return new Response(config);
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
