import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatLine, jsonLines, textLines } from './line-format.ts';

const text = fc.string({ unit: 'binary' });

test('whatever is said, a JSON line is one line of ASCII that says it', () => {
  fc.assert(
    fc.property(text, text, fc.double(), (message, value, number) => {
      const line = formatLine(jsonLines, 'warn', message, { value, number, nested: { value } });
      assert.match(line, /^[\x20-\x7e]*\n$/);
      const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
      assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      assert.deepEqual(rest, JSON.parse(JSON.stringify({ level: 'warn', message, value, number, nested: { value } })));
    }),
  );
});

test('whatever is said, a text line is one line of printable ASCII, in which no value looks like another field', () => {
  fc.assert(
    fc.property(text, text, (message, value) => {
      const line = formatLine(textLines, 'info', message, { value });
      assert.match(line, /^[\x20-\x7e]*\n$/);
      const shown = line.slice(line.lastIndexOf(' value=') + ' value='.length, -1);
      assert.equal(/^[^" ]+$/.test(shown) ? shown : JSON.parse(line.slice(line.indexOf('value="', 30) + 6)), value);
    }),
  );
});

test('an error is its stack and its causes, a field without value is absent', () => {
  const error = new Error('outer', { cause: new TypeError('inner') });
  const said = JSON.parse(formatLine(jsonLines, 'error', 'm', { error, none: undefined, big: 12n })) as Record<string, string>;
  assert.match(said['error'] ?? '', /^Error: outer\n {4}at [\s\S]*\ncaused by TypeError: inner$/);
  assert.deepEqual(Object.keys(said), ['time', 'level', 'message', 'error', 'big']);
  assert.equal(said['big'], '12');
});
