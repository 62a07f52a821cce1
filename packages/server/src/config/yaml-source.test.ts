import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readYaml } from './yaml-source.ts';

const problemsOf = (text: string) => readYaml('f', text).problems.map(({ source, message }) => `${source}: ${message}`);

describe('readYaml', () => {
  it('knows the line of every value', () => {
    const { values } = readYaml('f', '# a comment\nlisten: :80\n\ngc:\n  graceHours: 3\n');
    assert.deepEqual(values.get('gc.graceHours'), { value: 3, source: 'f:5' });
  });

  it('takes an empty file, and a section whose lines are all comments', () => {
    assert.deepEqual(problemsOf(''), []);
    assert.deepEqual(problemsOf('gc:\n  # graceHours: 3\n'), []);
  });

  it('resolves an alias', () => {
    const { values } = readYaml('f', 'workers: &n 3\ngc:\n  graceHours: *n\n');
    assert.equal(values.get('gc.graceHours')?.value, 3);
  });

  for (const [name, text, expected] of [
    ['broken YAML, with the line', 'workers: 1\nlisten: "a\n', /^f:\d: /],
    ['a key given twice', 'workers: 1\nworkers: 2\n', /^f:2: Map keys must be unique/],
    ['a file that is a list', '- workers\n', /^f:1: the file must hold keys: listen, data/],
    ['a section that is a value', 'gc: 5\n', /^f:1: gc must hold keys: schedule, graceHours/],
    ['a key from a prototype', 'constructor:\n  a: 1\n', /^f:1: unknown key constructor/],
    ['a key that is no text', '? [a]\n: 1\n', /^f: unknown key/],
    ['an alias to nothing', 'workers: *none\n', /^f:1: workers is an alias of none/],
    ['a file of another sort', 'x'.repeat(2_000_000), /^f: larger than 1048576 bytes/],
  ] as const) {
    it(`refuses ${name}`, () => {
      const found = problemsOf(text);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', expected);
    });
  }

  it('refuses aliases that multiply', () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`;
    const text = ['a: &a [x, x]', level('b', 'a'), level('c', 'b'), level('d', 'c'), 'trustedProxies: *d', ''].join('\n');
    assert.ok(
      problemsOf(text).some((problem) => /trustedProxies: Excessive alias count/.test(problem)),
      problemsOf(text).join('\n'),
    );
  });
});
