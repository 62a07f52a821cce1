import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { firstNameOf, isBelow } from './distinguished-name.ts';

test('the first name of a distinguished name, without its escapes', () => {
  for (const [dn, name] of [
    ['cn=dev,ou=groups,dc=example', 'dev'],
    ['CN = Dev Ops , OU=Groups', 'Dev Ops'],
    ['cn=dev\\, ops+ou=x,dc=example', 'dev, ops'],
    ['cn=Entwickler\\C3\\A4 \\ ,dc=example', 'Entwicklerä  '],
    ['cn=a\\+b\\=c', 'a+b=c'],
    ['cn=#04024869,dc=example', undefined],
    ['cn=,dc=example', undefined],
    ['dev', undefined],
    ['', undefined],
  ] as const) {
    assert.equal(firstNameOf(dn), name, dn);
  }
});

test('a name that was escaped comes back', () => {
  const escaped = (name: string) => name.replace(/[\\,+"<>;=]/g, '\\$&').replace(/^[ #]|[ ]$/g, '\\$&');
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: fc.constantFrom('a', 'B', '1', ',', '+', '\\', ' ', '#', '=', 'é', ';') }), (name) => {
      assert.equal(firstNameOf(`cn=${escaped(name)},dc=example`), name);
    }),
  );
});

test('only what is below a base counts as below it', () => {
  assert.ok(isBelow('cn=dev,ou=groups,dc=example', 'OU=Groups, DC=Example'));
  assert.ok(isBelow('ou=groups,dc=example', 'ou=groups,dc=example'));
  for (const dn of ['cn=dev,ou=other,dc=example', 'cn=xou=groups,dc=example', 'cn=x\\,ou=groups,dc=example', 'dc=example', '']) {
    assert.ok(!isBelow(dn, 'ou=groups,dc=example'), dn);
  }
  assert.ok(isBelow('cn=x\\\\,ou=groups,dc=example', 'ou=groups,dc=example'));
});
