import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explained, knownProblem } from '../../packages/console/src/i18n/explained.ts';
import { problems as names } from '../../packages/console/src/i18n/zh-CN/problems.ts';
import { type ProblemCode, problems } from '../../packages/server/src/management/problems.ts';

test('whatever the registry refuses has a name in every language, and advice in those that it does not speak', () => {
  for (const code of Object.keys(problems) as ProblemCode[]) {
    const known = knownProblem(code);
    assert.equal(known, code);
    assert.match(names[known], /\p{Script=Han}/u, code);
    assert.match(explained('zh-CN', known, 'in English').advice ?? '', /\p{Script=Han}/u, code);
    assert.deepEqual(explained('en', known, 'in English'), { detail: 'in English' });
  }
});

test('the words of the registry stay where its code does not say everything, and of codes that nobody knows', () => {
  assert.equal(explained('zh-CN', 'conflict', 'in English').detail, 'in English');
  assert.equal(explained('zh-CN', 'not-found', 'in English').detail, undefined);
  assert.equal(knownProblem('of-a-newer-registry'), 'unknown');
  assert.equal(knownProblem('constructor'), 'unknown');
  assert.deepEqual(explained('zh-CN', 'unknown', 'in English'), { detail: 'in English' });
});
