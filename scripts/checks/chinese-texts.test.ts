import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkComplaintsInChinese, checkHelpInChinese } from './chinese-texts.ts';

describe('texts of the command in Chinese', () => {
  it('a text of the help that is English only, and a Chinese one that nothing says, are found', () => {
    assert.deepEqual(checkHelpInChinese(), []);
    const problems = checkHelpInChinese(new Set(['Shows the version', 'Bakes a cake'])).map(({ problem }) => problem);
    assert.ok(problems.includes("'Bakes a cake' is English only"));
    assert.ok(problems.includes("nothing says 'One project'"));
    assert.ok(!problems.some((problem) => problem.includes('Shows the version')));
  });

  it('a complaint is found by where it is thrown', () => {
    const source = [
      'throw new UsageError(`--\u0024{flag} takes no value`);',
      "throw new UsageError('no such cake');",
      'throw new UsageError(text);',
    ];
    assert.deepEqual(
      checkComplaintsInChinese('a.ts', source.join('\n')).map(({ where }) => where),
      ['a.ts:2'],
    );
  });
});
