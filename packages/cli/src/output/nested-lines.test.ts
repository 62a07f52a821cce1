import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nestedLines } from './nested-lines.ts';
import { readableValue } from './readable-value.ts';

const reading = {
  cell: (name: string, value: unknown) => readableValue(name, value, { nowMs: 0, say: (text) => text }),
  memberName: (name: string) => name,
  heading: (text: string) => text,
  columns: Number.POSITIVE_INFINITY,
};

describe('a thing with things in it', () => {
  it('is shown by members, those of a member further in, and a list of things as a table of what they have', () => {
    const image = {
      digest: 'sha256:1',
      labels: {},
      config: { user: '1000', command: ['sh', '-c'], healthCheck: { retries: 3 } },
      layers: [
        { digest: 'sha256:2', sizeBytes: 2048, comment: '' },
        { digest: 'sha256:33', sizeBytes: 1, size: undefined },
      ],
      platforms: [],
    };
    assert.deepEqual(nestedLines(image, reading), [
      'digest     sha256:1',
      'labels     -',
      'config',
      '  user     1000',
      '  command  sh, -c',
      '  healthCheck',
      '    retries  3',
      'layers',
      '  DIGEST     SIZE',
      '  sha256:2   2.0 KiB',
      '  sha256:33  1 B',
      'platforms  -',
    ]);
  });

  it('has tables in which members of members are columns, named in full where two would be the same', () => {
    const run = { project: 'team', summary: { tagsKept: 3, freedBytes: 2048 }, from: { tag: 'a' }, to: { tag: 'b' } };
    assert.deepEqual(nestedLines({ projects: [run] }, reading), [
      'projects',
      '  PROJECT  TAGS KEPT  FREED    FROM TAG  TO TAG',
      '  team     3          2.0 KiB  a         b',
    ]);
  });

  it('reads what is in a member of bytes as bytes', () => {
    assert.deepEqual(nestedLines({ totalBytes: { from: 2048, to: 3 } }, reading), ['totalBytes', '  from  2.0 KiB', '  to    3 B']);
  });

  it('has tables that fit', () => {
    const lines = nestedLines({ rows: [{ a: 'x'.repeat(40), b: 'y'.repeat(40) }] }, { ...reading, columns: 40 });
    assert.equal(lines.length, 3);
    for (const line of lines) assert.ok(line.length <= 40, line);
  });
});
