import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRepositoryName } from '@longshore/oci';
import fc from 'fast-check';
import { namesOfProject, rangeOfPattern } from './repository-pattern.ts';

/** What a pattern means, said without ranges. */
function covers(project: string, pattern: string, name: string): boolean {
  if (name !== project && !name.startsWith(`${project}/`)) return false;
  if (pattern === '**') return true;
  if (pattern.endsWith('/**')) return name.startsWith(`${project}/${pattern.slice(0, -2)}`);
  if (pattern.endsWith('*')) return name.startsWith(`${project}/${pattern.slice(0, -1)}`);
  return name === `${project}/${pattern}`;
}

const word = fc.stringMatching(/^[a-c0](-?[a-c0]|_[a-c]|\.[a-c]){0,2}$/);
const path = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('/'));
const pattern = fc.oneof(
  fc.constant('**'),
  path,
  path.map((text) => `${text}/**`),
  path.map((text) => `${text}*`),
);

test('a pattern is one range of names, in the project', () => {
  fc.assert(
    fc.property(
      word,
      pattern,
      fc.oneof(
        path,
        path.map((text) => `team/${text}`),
      ),
      (own, text, name) => {
        for (const project of ['team', own]) {
          if (parseRepositoryName(name) === undefined) return;
          const { low, high } = rangeOfPattern(project, text) ?? assert.fail(text);
          const isOfProject = name === project || name.startsWith(`${project}/`);
          assert.equal(isOfProject && low <= name && name < high, covers(project, text, name), `${project} ${text} ${name}`);
          const whole = namesOfProject(project);
          assert.ok(whole.low <= low && high <= whole.high, 'it is within its project');
        }
      },
    ),
  );
});

test('what is no single range is refused', () => {
  for (const text of ['', '*', '*/a', 'a/*/b', 'a**', '**/a', '/a', 'a/', 'a//b', 'A', 'a?', '[ab]', '../a', 'a/**/**', '***', 'a\u0000']) {
    assert.equal(rangeOfPattern('team', text), undefined, text);
  }
});
