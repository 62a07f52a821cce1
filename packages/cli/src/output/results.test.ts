import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordedSurroundings } from '../testing/recorded-surroundings.ts';
import { isColoured, writeList } from './results.ts';
import { toYaml } from './yaml.ts';

async function* pages(...given: (readonly unknown[])[]) {
  yield* given;
}

describe('results', () => {
  const shape = { columns: ['name', 'sizeBytes'], named: 'name', empty: 'None.' };
  const written = async (format: string, ...given: (readonly unknown[])[]) => {
    const surroundings = recordedSurroundings();
    await writeList(pages(...given), shape, format, surroundings);
    return surroundings;
  };
  const things = [[{ name: 'a', sizeBytes: 1 }], [{ name: 'b', sizeBytes: 2048 }]];

  it('are one document, whatever the number of pages', async () => {
    assert.deepEqual(JSON.parse((await written('json', ...things)).outLines.join('\n')), things.flat());
    assert.deepEqual((await written('json', [])).outLines, ['[]']);
    assert.deepEqual((await written('yaml', ...things)).outLines, ['- name: a\n  sizeBytes: 1', '- name: b\n  sizeBytes: 2048']);
    assert.deepEqual((await written('yaml', [])).outLines, ['[]']);
    assert.deepEqual((await written('name', ...things)).outLines, ['a', 'b']);
    assert.deepEqual((await written('table', ...things)).outLines, ['NAME  SIZE', 'a     1 B', 'b     2.0 KiB']);
    const none = await written('table', []);
    assert.deepEqual([none.outLines, none.errLines], [[], ['None.']]);
  });

  it('quote in YAML what a reader would take for something else', () => {
    assert.equal(
      toYaml({ a: 'yes', b: '1.0', c: 'x: y', d: '', e: null, f: 'a b', g: ['null', []], h: {}, i: '#', j: 'a\nb', k: '-' }),
      [
        'a: "yes"',
        'b: "1.0"',
        'c: "x: y"',
        'd: ""',
        'e: null',
        'f: a b',
        'g:',
        '  - "null"',
        '  - []',
        'h: {}',
        'i: "#"',
        'j: "a\\nb"',
        'k: "-"',
      ].join('\n'),
    );
  });

  it('are coloured on a terminal that wants it', () => {
    const terminal = { stdoutIsTty: true };
    assert.ok(isColoured(recordedSurroundings(undefined, { terminal })));
    for (const environment of [{ NO_COLOR: '1' }, { TERM: 'dumb' }])
      assert.ok(!isColoured(recordedSurroundings(undefined, { terminal, environment })));
    assert.ok(!isColoured(recordedSurroundings()));
  });
});
