import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explained, knownProblem } from '../../packages/console/src/i18n/explained.ts';
import { problems as names } from '../../packages/console/src/i18n/zh-CN/problems.ts';
import { type ProblemCode, problems } from '../../packages/server/src/management/problems.ts';

const english = { text: 'in English', lang: 'en' } as const;

test('whatever the registry refuses has a name in every language, and advice in those that it does not speak', () => {
  for (const code of Object.keys(problems) as ProblemCode[]) {
    const known = knownProblem(code);
    assert.equal(known, code);
    assert.match(names[known], /\p{Script=Han}/u, code);
    assert.match(explained('zh-CN', known, english).advice ?? '', /\p{Script=Han}/u, code);
    assert.deepEqual(explained('en', known, english), { detail: english });
  }
});

test('a sentence that is known in the language needs no advice; one that is not stays beside it', () => {
  const known = { text: '名称已被占用。' };
  assert.deepEqual(explained('zh-CN', 'name-taken', known), { detail: known });
  assert.deepEqual(explained('zh-CN', 'not-found', english).detail, english);
  assert.equal(knownProblem('of-a-newer-registry'), 'unknown');
  assert.equal(knownProblem('constructor'), 'unknown');
  assert.deepEqual(explained('zh-CN', 'unknown', english), { detail: english });
});
