import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { namespaceByRule } from './namespace-rule.ts';

test('a project has the namespace that its rule says, or none', () => {
  for (const [rule, project, namespace] of [
    ['{namespace}', 'ci', 'ci'],
    ['{namespace}', 'of.nobody', undefined],
    ['{namespace}', 'a_b', undefined],
    ['{namespace}', 'x'.repeat(64), undefined],
    ['prod-{namespace}', 'prod-ci', 'ci'],
    ['prod-{namespace}', 'ci', undefined],
    ['prod-{namespace}', 'prod-', undefined],
    ['a{namespace}a', 'aa', undefined],
    ['{namespace}.prod', 'ci.prod', 'ci'],
  ] as const) {
    assert.equal(namespaceByRule(rule, project), namespace, `${rule} ${project}`);
  }
});

test('a namespace has one project at most, and a project one namespace', () => {
  const piece = fc.stringMatching(/^[a-z0-9.-]{0,4}$/);
  const name = fc.stringMatching(/^[a-z0-9.-]{1,12}$/);
  fc.assert(
    fc.property(piece, piece, name, (before, after, project) => {
      const namespace = namespaceByRule(`${before}{namespace}${after}`, project);
      if (namespace !== undefined) assert.equal(`${before}${namespace}${after}`, project);
    }),
  );
});
