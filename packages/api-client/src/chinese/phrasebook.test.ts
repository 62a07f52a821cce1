import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phrasebookOf } from './phrasebook.ts';

const say = phrasebookOf({
  "there is no '{}'": '没有“{}”',
  '{} cannot be read: {}': '无法读取 {}：{}',
  '{} may {} {} in {}': '{3} 中的 {0} 可以 {1} {2}',
  done: '完成',
});

test('parts that vary are found between what stands around them, each as short as can be', () => {
  assert.equal(say('done'), '完成');
  assert.equal(say("there is no 'a'b'"), "没有“a'b”");
  assert.equal(say("a cannot be read: there is no 'b c'"), '无法读取 a：没有“b c”');
  assert.equal(say('a cannot be read: b cannot be read: c'), '无法读取 a：无法读取 b：c');
  assert.equal(say('alice may pull a b in team in all'), 'team in all 中的 alice 可以 pull a b');
  for (const unknown of ["there is no '", 'cannot be read: a', "there is no 'a' ", 'a\ncannot be read: b', 'toString'])
    assert.equal(say(unknown), undefined, unknown);
});

test('a text that was made to be looked at again and again is looked through once', () => {
  // For a regular expression there are as many ways to read this as there are pairs and triples of its words.
  const text = `a may ${' x'.repeat(900)} ${' in'.repeat(600)}`.replace(/ in$/, '');
  const patterns = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`{} {} {} {} {} end ${at}`, '{}{}{}{}{}']));
  assert.equal(phrasebookOf(patterns)(text), undefined);
});
