import assert from 'node:assert/strict';
import { test } from 'node:test';
import { main } from '../../main.ts';
import { recordedSurroundings } from '../../testing/recorded-surroundings.ts';

test('files of a layer are waited for until the layer has been read, with a line that tells how far that is', async () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  let asked = 0;
  const answer = ({ url }: Request) => {
    if (url.endsWith('/openapi.json')) return Response.json({ info: { title: 'Longshore management API' } });
    asked += 1;
    return asked === 1
      ? Response.json({ state: 'reading', readBytes: 1, sizeBytes: 4 }, { status: 202 })
      : Response.json({ items: [{ path: 'etc', kind: 'directory' }] });
  };
  const surroundings = recordedSurroundings(answer, {
    terminal: { stderrIsTty: true },
    environment: { LONGSHORE_SERVER: 'http://localhost:1' },
  });
  assert.equal(await main(['layer', 'files', `team/app@${digest}`, '-o', 'name'], surroundings), 0);
  assert.deepEqual(surroundings.outLines, ['etc']);
  assert.match(surroundings.errLines[0] ?? '', /^reading the layers \d+s \[#{6}\.{18}\] 25 %$/);
});
