import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visibleText } from '../../packages/console/src/widgets/visible-text.ts';

test('what one cannot see is written out, so that no name looks like another', () => {
  assert.equal(visibleText('invoice\u{202e}fdp.sh'), 'invoice\\u{202e}fdp.sh');
  assert.equal(visibleText('a\nb\tc\u{1b}[31m\u{0}'), 'a\\u{a}b\\u{9}c\\u{1b}[31m\\u{0}');
  assert.equal(
    visibleText('zero\u{200b}width \u{2066}isolated\u{2069} \u{feff}\u{e0041}'),
    'zero\\u{200b}width \\u{2066}isolated\\u{2069} \\u{feff}\\u{e0041}',
  );
  assert.equal(visibleText('half of a pair \u{d800}'), 'half of a pair \\u{d800}');
  assert.equal(visibleText('名称 naïve ×½ 🚢'), '名称 naïve ×½ 🚢');
});

test('a text of several lines keeps them, and nothing else that moves', () => {
  assert.equal(visibleText('one\r\ntwo\n\tthree', { lines: true }), 'one\r\ntwo\n\tthree');
  assert.equal(visibleText('over\rwritten \u{2028}', { lines: true }), 'over\\u{d}written \\u{2028}');
});
