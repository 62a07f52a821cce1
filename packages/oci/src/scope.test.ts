import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Scope } from './scope.ts';
import { formatScope, formatScopes, maxScopeLength, maxScopes, parseScope, parseScopes } from './scope.ts';
import { anyRepositoryName, anyText } from './testing/arbitraries.ts';
import { isLinear } from './testing/linear-time.ts';

const word = fc.string({ unit: fc.constantFrom(...'abcz'), minLength: 1, maxLength: 8 });
const anyScope: fc.Arbitrary<Scope> = fc.record(
  {
    type: word,
    class: word,
    name: fc.tuple(fc.constantFrom('', 'host.example:5000/', '[::1]:80/', 'a:b:c/'), anyRepositoryName).map(([host, name]) => host + name),
    actions: fc.uniqueArray(fc.oneof(word, fc.constant('*')), { maxLength: 5 }),
  },
  { requiredKeys: ['type', 'name', 'actions'] },
);

test('a scope survives the way to text and back, alone and in a list', () => {
  fc.assert(fc.property(anyScope, (scope) => assert.deepEqual(parseScope(formatScope(scope)), { ...scope })));
  fc.assert(
    fc.property(fc.array(anyScope, { maxLength: 20 }), (scopes) => {
      const plain = scopes.map((scope) => ({ ...scope }));
      assert.deepEqual(parseScopes(formatScopes(scopes)), plain);
      assert.deepEqual(parseScopes(scopes.map(formatScope)), plain);
    }),
  );
});

test('a scope is split from both ends', () => {
  assert.deepEqual(parseScope('repository:host:5000/a:pull,push'), { type: 'repository', name: 'host:5000/a', actions: ['pull', 'push'] });
  assert.deepEqual(parseScope('repository(plugin):a/b:pull'), { type: 'repository', class: 'plugin', name: 'a/b', actions: ['pull'] });
  assert.deepEqual(parseScope('registry:catalog:*'), { type: 'registry', name: 'catalog', actions: ['*'] });
  assert.deepEqual(parseScope('repository:a:'), { type: 'repository', name: 'a', actions: [] });
  assert.deepEqual(parseScope('repository:a:pull,pull')?.actions, ['pull']);
});

test('near-misses are refused', () => {
  const wrong = [
    '',
    ':',
    '::',
    'repository',
    'repository:a',
    'repository::pull',
    ':a:pull',
    'Repository:a:pull',
    'repository():a:pull',
    'repository(a:b:pull',
    'repository:a b:pull',
    'repository:a"b:pull',
    'repository:a\\b:pull',
    'repository:a:pull,',
    'repository:a:,pull',
    'repository:a:PULL',
    'repository:a:pull push',
    'repository:é:pull',
    'repository:a\n:pull',
    `repository:${'a'.repeat(maxScopeLength)}:pull`,
    `r:a:${'abcdefghijklmnopq'.split('').join(',')}`,
  ];
  for (const text of wrong) assert.equal(parseScope(text), undefined, text);
});

test('one malformed scope spoils a list, and so does one too many', () => {
  assert.equal(parseScopes('repository:a:pull nonsense'), undefined);
  assert.equal(parseScopes(Array.from({ length: maxScopes }, () => 'r:a:b'))?.length, maxScopes);
  assert.equal(parseScopes(Array.from({ length: maxScopes + 1 }, () => 'r:a:b')), undefined);
  assert.deepEqual(parseScopes(''), []);
  assert.deepEqual(parseScopes('  r:a:b   r:c:d '), [
    { type: 'r', name: 'a', actions: ['b'] },
    { type: 'r', name: 'c', actions: ['d'] },
  ]);
});

test('arbitrary text never throws, and a megabyte takes linear time', () => {
  fc.assert(
    fc.property(
      fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'a:,()* ') })),
      (text) => void [parseScope(text), parseScopes(text)],
    ),
  );
  for (const piece of ['a', ':', ' ', 'a:b:c ', ',', '('])
    assert.ok(
      isLinear((text) => void [parseScope(text), parseScopes(text)], piece),
      piece,
    );
});
