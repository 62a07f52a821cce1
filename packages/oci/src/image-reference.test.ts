import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatImageReference, isRegistryHost, parseImageReference } from './image-reference.ts';
import { anyDigestText, anyRepositoryName, anyTag, anyText } from './testing/arbitraries.ts';
import { isLinear } from './testing/linear-time.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const anyHost = fc.constantFrom(
  'localhost',
  'localhost:5000',
  'registry.example',
  'registry.example:5000',
  '10.0.0.1:443',
  '[::1]:5000',
  'Host',
);

test('what is put together comes apart again', () => {
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  fc.assert(
    fc.property(optional(anyHost), anyRepositoryName, optional(anyTag), optional(anyDigestText), (registry, name, tag, digestText) => {
      fc.pre(name.length < 200 && (registry !== undefined || !name.split('/')[0]?.includes('.') || !name.includes('/')));
      const text = `${registry === undefined ? '' : `${registry}/`}${name}${tag === undefined ? '' : `:${tag}`}${digestText === undefined ? '' : `@${digestText}`}`;
      const parsed = parseImageReference(text);
      assert.ok(parsed);
      assert.deepEqual({ ...parsed }, JSON.parse(JSON.stringify({ registry, name, tag, digest: digestText })));
      assert.equal(formatImageReference(parsed), text);
    }),
  );
});

test('a first component is a registry only when it looks like one', () => {
  assert.deepEqual(parseImageReference('library/ubuntu:24.04'), { name: 'library/ubuntu', tag: '24.04' });
  assert.deepEqual(parseImageReference('ubuntu'), { name: 'ubuntu' });
  assert.deepEqual(parseImageReference('localhost/app'), { registry: 'localhost', name: 'app' });
  assert.deepEqual(parseImageReference(`host:5000/a/b:t@${digest}`), { registry: 'host:5000', name: 'a/b', tag: 't', digest });
});

test('what is not a reference is refused', () => {
  const wrong = [
    '',
    ':',
    '@',
    '/',
    'a:',
    'a@',
    'a@sha256:abc',
    `@${digest}`,
    'a:b:c',
    'Ubuntu',
    'host:5000/',
    'host:99999/a',
    'host:/a',
    '-host.x/a',
    'host.x-/a',
    'a b',
    'https://host.x/a',
    `a@${digest}@${digest}`,
    'host.x//a',
    '[::1/a',
    `host.x/${'a'.repeat(249)}`,
    'user@host.x/a',
  ];
  for (const text of wrong) assert.equal(parseImageReference(text), undefined, text);
});

test('arbitrary text never throws, and a megabyte takes linear time', () => {
  fc.assert(fc.property(anyText, (text) => void parseImageReference(text)));
  for (const piece of ['a', 'a.', 'a-', ':', '@', '/', '[']) {
    assert.ok(
      isLinear((text) => void parseImageReference(text), piece),
      piece,
    );
    assert.ok(
      isLinear((text) => void isRegistryHost(text), piece),
      piece,
    );
  }
});
