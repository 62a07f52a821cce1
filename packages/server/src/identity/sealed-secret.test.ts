import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { deriveKey } from './derived-key.ts';
import { seal, unseal } from './sealed-secret.ts';

const key = randomBytes(32);
const secret = Buffer.from('the private part');

test('a sealed secret opens with its key and purpose, and never looks the same twice', () => {
  const sealed = seal(key, 'signing key 1', secret);
  assert.deepEqual(Buffer.from(unseal(key, 'signing key 1', sealed)), secret);
  assert.notEqual(sealed, seal(key, 'signing key 1', secret));
  assert.ok(!Buffer.from(sealed.slice(3), 'base64url').includes(secret));
});

test('it opens neither with another key, nor for another purpose', () => {
  const sealed = seal(key, 'signing key 1', secret);
  assert.throws(() => unseal(randomBytes(32), 'signing key 1', sealed));
  assert.throws(() => unseal(key, 'signing key 2', sealed));
});

test('no byte of it can be changed, and none cut off', () => {
  const sealed = Buffer.from(seal(key, 'p', secret).slice(3), 'base64url');
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Buffer.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.throws(() => unseal(key, 'p', `v1.${changed.toString('base64url')}`), `byte ${index}`);
    assert.throws(() => unseal(key, 'p', `v1.${sealed.subarray(0, index).toString('base64url')}`), `cut at ${index}`);
  }
  assert.throws(() => unseal(key, 'p', `v2.${sealed.toString('base64url')}`));
});

test('derived keys differ by purpose and secret, and a short secret is refused', () => {
  const keys = [deriveKey(key, 'a'), deriveKey(key, 'b'), deriveKey(randomBytes(32), 'a')].map((derived) =>
    Buffer.from(derived).toString('hex'),
  );
  assert.equal(new Set(keys).size, 3);
  assert.deepEqual(deriveKey(key, 'a'), deriveKey(key, 'a'));
  assert.throws(() => deriveKey(randomBytes(31), 'a'), TypeError);
});
