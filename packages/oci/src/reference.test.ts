import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OciError } from './oci-error.ts';
import { formatReference, parseReference, parseRepositoryName, parseTag, requireRepositoryName, requireTag } from './reference.ts';
import { anyRepositoryName, anyTag, anyText } from './testing/arbitraries.ts';
import { isLinear } from './testing/linear-time.ts';

test('every name of the grammar parses to itself, and no shorter limit lets it through', () => {
  fc.assert(
    fc.property(anyRepositoryName, (name) => {
      assert.equal(parseRepositoryName(name), name);
      assert.equal(parseRepositoryName(name, name.length), name);
      assert.equal(parseRepositoryName(name, name.length - 1), undefined);
    }),
  );
});

test('near-misses of a name are refused', () => {
  const spoil = fc.constantFrom(
    (name: string) => `/${name}`,
    (name: string) => `${name}/`,
    (name: string) => `${name}//a`,
    (name: string) => `${name}.`,
    (name: string) => `_${name}`,
    (name: string) => `${name}/-a`,
    (name: string) => `${name}..a`,
    (name: string) => `${name}___a`,
    (name: string) => `${name}._a`,
    (name: string) => `${name}A`,
    (name: string) => `${name}\n`,
    (name: string) => `${name}:a`,
    (name: string) => `${name}/../a`,
  );
  fc.assert(fc.property(anyRepositoryName, spoil, (name, spoiled) => assert.equal(parseRepositoryName(spoiled(name), 1000), undefined)));
});

test('the grammar of the specification, component by component', () => {
  for (const name of ['a', '0', 'a.b', 'a_b', 'a__b', 'a-b', 'a-----b', 'a/b/c', 'a.b_c__d-e/f', 'blobs', 'x'.repeat(255)]) {
    assert.equal(parseRepositoryName(name), name);
  }
  for (const name of ['', '.', '/', 'a.', '.a', 'a_', 'a-', 'A', 'a b', 'a%2fb', 'é', 'x'.repeat(256), '_catalog']) {
    assert.equal(parseRepositoryName(name), undefined, name);
  }
});

test('every tag of the grammar is a tag and a reference; with a colon, slash or leading dot it is neither', () => {
  fc.assert(
    fc.property(anyTag, (tag) => {
      assert.equal(parseTag(tag), tag);
      assert.deepEqual(parseReference(tag), { kind: 'tag', tag });
      for (const near of [`.${tag}`, `-${tag}`, `${tag}:`, `${tag}/a`, `${tag} `, `${tag}\n`, `${tag}+`])
        assert.equal(parseReference(near), undefined);
      assert.equal(parseTag(tag.padEnd(129, 'a')), undefined);
    }),
  );
});

test('a digest is a digest, and one that is not valid is not taken for a tag', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const reference = parseReference(digest);
  assert.equal(reference?.kind, 'digest');
  assert.equal(reference === undefined ? '' : formatReference(reference), digest);
  assert.equal(parseReference('sha256:abc'), undefined);
});

test('arbitrary text never throws', () => {
  fc.assert(fc.property(anyText, (text) => void [parseRepositoryName(text), parseTag(text), parseReference(text)]));
});

test('a megabyte of anything is answered in linear time, whatever the limit', () => {
  for (const piece of ['a', 'a-', 'a_', '-', 'a/', 'a.a', '__', 'a--']) {
    assert.ok(
      isLinear((text) => void parseRepositoryName(text, Number.MAX_SAFE_INTEGER), piece),
      piece,
    );
    assert.ok(
      isLinear((text) => void parseReference(text), piece),
      piece,
    );
  }
});

test('what is required and missing is thrown with its code', () => {
  assert.throws(
    () => requireRepositoryName('A'),
    (error) => error instanceof OciError && error.code === 'NAME_INVALID',
  );
  assert.throws(
    () => requireTag('a:b'),
    (error) => error instanceof OciError && error.code === 'TAG_INVALID',
  );
  assert.equal(requireTag('v1'), 'v1');
});
