import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvCell } from './audit-format.ts';

const cells = [
  ['team/app', '"team/app"'],
  ['', '""'],
  ['say "no"', '"say ""no"""'],
  ['two\r\nlines', '"two\r\nlines"'],
  ['=HYPERLINK("http://example.org")', '"\'=HYPERLINK(""http://example.org"")"'],
  ['+1', '"\'+1"'],
  ['-1', '"\'-1"'],
  ['@SUM(A1)', '"\'@SUM(A1)"'],
  ['\t=1', '"\'\t=1"'],
  ['\ttext', '"\'\ttext"'],
  ['\rtext', '"\'\rtext"'],
  ['\ntext', '"\'\ntext"'],
  ['  =1', '"\'  =1"'],
  ['a=1', '"a=1"'],
  ['user:1:-x', '"user:1:-x"'],
] as const;

for (const [text, cell] of cells) {
  test(`CSV: ${JSON.stringify(text)} is ${JSON.stringify(cell)}`, () => assert.equal(csvCell(text), cell));
}

test('CSV: a cell never begins as a formula does, and is read back as it was', () => {
  const begins = fc.constantFrom('', '=', '+', '-', '@', '\t', '\r', '\n', ' ', '"', ',');
  fc.assert(
    fc.property(
      fc.tuple(begins, begins, fc.string()).map((parts) => parts.join('')),
      (text) => {
        const cell = csvCell(text);
        assert.match(cell, /^"(?:[^"]|"")*"$/);
        const read = cell.slice(1, -1).replaceAll('""', '"');
        assert.doesNotMatch(read, /^\s*[=+\-@\t\r\n]/);
        assert.ok(read === text || read === `'${text}`);
      },
    ),
  );
});
