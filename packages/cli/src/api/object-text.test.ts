import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UsageError } from '../command.ts';
import { readObject } from './object-text.ts';

describe('bodies of requests', () => {
  it('are YAML', () => {
    const text = 'rules:\n  - repositories: "**"\n    keep: { kind: newest, count: 10 }\nis: no # a word, as in YAML 1.2\n';
    assert.deepEqual(readObject(text, 'x'), { rules: [{ repositories: '**', keep: { kind: 'newest', count: 10 } }], is: 'no' });
  });

  it('or JSON, whatever it holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        assert.deepEqual(JSON.parse(JSON.stringify(readObject(text, 'x'))), JSON.parse(text));
      }),
    );
  });

  it('a mistake is told by its line', () => {
    for (const [text, expected] of [
      ['name: a\nb: ]\n', /^f\.yaml, line 2, column 4: /],
      ['{"name": "a",\n "b" 2}', /^f\.yaml, line 2, column/],
      ['name: a\nname: b\n', /^f\.yaml, line 2, column 1: .*unique/],
      ['a: 1\n---\nb: 2\n', /^f\.yaml, line 2, column 1: .*multiple documents/i],
      ['[1, 2]', /^f\.yaml is not an object/],
      ['', /^f\.yaml is not an object/],
    ] as const) {
      assert.throws(
        () => readObject(text, 'f.yaml'),
        (error) => error instanceof UsageError && expected.test(error.message),
        text,
      );
    }
  });
});
