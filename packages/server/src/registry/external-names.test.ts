import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { namesFor } from './external-names.ts';

test('as much of a name stays as a name here may have', () => {
  const first = (wish: string) => namesFor(wish, 'id', 'user')[0];
  assert.equal(first('alice'), 'alice');
  assert.equal(first('Alice Ångström'), 'alice-angstrom');
  assert.equal(first('/dev/Back End/'), 'dev-back-end');
  assert.equal(first('a.b@example.test'), 'a.b-example.test');
  assert.equal(first('张伟'), 'user');
  assert.equal(first(''), 'user');
  assert.deepEqual(namesFor('alice', 'id', 'user').slice(0, 3), ['alice', 'alice-2', 'alice-3']);
});

test('whatever somebody is called, every name for them is one, and the last one is nobody else his', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 })), fc.uuid(), (wish, id) => {
      const names = namesFor(wish, id, 'user');
      for (const name of names) assert.match(name, /^(?=.{1,64}$)[a-z0-9]+(?:[._-][a-z0-9]+)*$/);
      assert.equal(new Set(names).size, names.length);
      assert.notEqual(names.at(-1), namesFor(wish, `${id}0`, 'user').at(-1));
    }),
  );
});
