import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { AndFilter, EqualityFilter, ExtensibleFilter } from 'ldapts';
import { escapeFilterValue, fillFilter } from './search-filter.ts';

test('a value is escaped as RFC 4515 says, and nothing else is', () => {
  assert.equal(escapeFilterValue('a*(b)\\c\0é'), 'a\\2a\\28b\\29\\5cc\\00é');
});

test('whatever the name is, the filter looks for exactly that', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('(', ')', '*', '\\', '|', '&', '=', '\0', '{name}', '{dn}', 'é', '2', 'a') }),
  );
  fc.assert(
    fc.property(text, (name) => {
      const filter = fillFilter('(&(objectClass=person)(uid={name}))', { name });
      assert.ok(filter instanceof AndFilter);
      const [, second, ...others] = filter.filters;
      assert.ok(second instanceof EqualityFilter);
      assert.deepEqual([second.attribute, second.value, others.length], ['uid', name, 0]);
    }),
  );
});

test('a distinguished name goes into an extended match, and what it brings along is not filled again', () => {
  const dn = 'cn=a\\2cb(x)*:{name},dc=example';
  const filter = fillFilter(' (member:1.2.840.113556.1.4.1941:={dn}) ', { dn, name: 'other' });
  assert.ok(filter instanceof ExtensibleFilter);
  assert.deepEqual([filter.matchType, filter.rule, filter.value], ['member', '1.2.840.113556.1.4.1941', dn]);
});

test('what is no filter is refused', () => {
  for (const text of ['(uid={name}', '(&(uid={name})', '()', '(uid{name})', '(uid={name})(x=y)']) {
    assert.throws(() => fillFilter(text, { name: 'x' }), Error, text);
  }
});
