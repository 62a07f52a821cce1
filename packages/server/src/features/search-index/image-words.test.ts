import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { annotationPositions } from '../../registry/ports/search-store.ts';
import { searchText } from '../../registry/search-text.ts';
import { imageWords } from './image-words.ts';

const texts = (labels: unknown, annotations?: unknown) => imageWords(labels, annotations).map(({ word }) => word);

test('an image is found by its pairs, its values, and the words in them', () => {
  assert.deepEqual(texts({ Vendor: 'ACME Corp', 'org.example.url': 'https://acme.example/app' }), [
    'vendor=acme corp',
    'org.example.url=https://acme.example/app',
    'acme corp',
    'corp',
    'https://acme.example/app',
    'acme.example/app',
    'example/app',
    'app',
  ]);
});

test('annotations are told from labels, and pairs come before words', () => {
  const words = imageWords({ a: 'x y' }, { b: 'z' });
  assert.deepEqual(
    words.map(({ word, position }) => [word, position >= annotationPositions]),
    [
      ['a=x y', false],
      ['b=z', true],
      ['x y', false],
      ['y', false],
      ['z', true],
    ],
  );
});

test('text in Chinese is found, and full-width letters are letters', () => {
  assert.deepEqual(texts({ 说明: '镜像 仓库' }), ['说明=镜像 仓库', '镜像 仓库', '仓库']);
  assert.equal(searchText('ＡＢＣ１'), 'abc1');
});

test('whatever an image says, its words are few, short, storable and told apart', () => {
  const anything = fc.oneof(
    fc.dictionary(fc.string({ unit: 'binary' }), fc.oneof(fc.string({ unit: 'binary' }), fc.integer())),
    fc.anything(),
  );
  fc.assert(
    fc.property(anything, anything, (labels, annotations) => {
      const words = imageWords(labels, annotations);
      assert.ok(words.length <= 48);
      assert.equal(new Set(words.map(({ position }) => position)).size, words.length);
      for (const { word } of words) assert.match(word, /^(?=[^ ])[\u0020-\u007e\u00a1-\ud7ff]{1,64}$/);
    }),
  );
});
