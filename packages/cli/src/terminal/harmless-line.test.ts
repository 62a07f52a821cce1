import assert from 'node:assert/strict';
import { test } from 'node:test';
import { harmlessLine } from './harmless-line.ts';

test('lines keep their colours, and nothing else steers a terminal', () => {
  const coloured = '\u001b[1mNAME\u001b[0m\tx\n\u001b[31;1mfailed\u001b[m';
  assert.equal(harmlessLine(coloured), coloured);
  const attacks = [
    '\u001b[2J',
    '\u001b]0;title\u0007',
    '\u001b]52;c;cm0=\u001b\\',
    '\u009b2J',
    '\r',
    '\u001b[?1049h',
    'a\u202eb',
    '\u001bc',
    '\u001b[6n',
  ];
  for (const attack of attacks)
    assert.doesNotMatch(harmlessLine(`x${attack}y`), /[\u0000-\u001f\u007f-\u009f\u202e]/, JSON.stringify(attack));
  assert.equal(harmlessLine('\u001b[2Jgone'), '\ufffd[2Jgone');
});
