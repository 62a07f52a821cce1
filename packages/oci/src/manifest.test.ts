import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ParsedManifest } from './manifest.ts';
import { isManifestProblem, maxManifestDepth, parseManifest } from './manifest.ts';
import { maxManifestDescriptors } from './manifest-content.ts';
import { mediaTypes } from './media-types.ts';

const digest = (character: string) => `sha256:${character.repeat(64)}`;
const config = { mediaType: mediaTypes.ociConfig, digest: digest('c'), size: 2 };
const layer = { mediaType: mediaTypes.ociLayerGzip, digest: digest('1'), size: 10 };
const child = {
  mediaType: mediaTypes.ociManifest,
  digest: digest('2'),
  size: 20,
  platform: { os: 'linux', architecture: 'amd64', 'x.y': [1] },
};
const image = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] };
const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [child] };

function parse(body: unknown, contentType = ''): ReturnType<typeof parseManifest> {
  return parseManifest(new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)), contentType);
}

function problem(body: unknown, contentType = ''): string {
  const result = parse(body, contentType);
  assert.ok(isManifestProblem(result), 'the manifest was accepted');
  assert.equal(result.code, 'MANIFEST_INVALID');
  return result.problem;
}

function accepted(body: unknown, contentType = ''): ParsedManifest {
  const result = parse(body, contentType);
  assert.ok(!isManifestProblem(result), isManifestProblem(result) ? result.problem : '');
  return result;
}

test('an image, an index and their parts', () => {
  assert.deepEqual(accepted({ ...image, subject: child, annotations: { a: 'b' } }), {
    kind: 'image',
    mediaType: mediaTypes.ociManifest,
    artifactType: mediaTypes.ociConfig,
    config,
    layers: [layer],
    manifests: [],
    subject: child,
    annotations: { a: 'b' },
  });
  assert.deepEqual(accepted(index), { kind: 'index', mediaType: mediaTypes.ociIndex, layers: [], manifests: [child] });
  assert.equal(accepted({ ...image, mediaType: mediaTypes.dockerManifest }).kind, 'image');
  assert.equal(accepted({ ...index, mediaType: mediaTypes.dockerManifestList }).kind, 'index');
});

const goodBodies: readonly (readonly [string, unknown, string?])[] = [
  ['no layers', { ...image, layers: [] }],
  ['layers null, as Go writes an empty slice', { ...image, layers: null }],
  ['an empty index', { ...index, manifests: [] }],
  ['custom fields', { ...image, 'org.example.x': { y: [1, 2] }, custom: 'z' }],
  ['the same layer twice', { ...image, layers: [layer, layer] }],
  ['only Content-Type says the type', { schemaVersion: 2, config, layers: [] }, mediaTypes.ociManifest],
  ['parameters of Content-Type', image, `${mediaTypes.ociManifest}; charset=utf-8`],
  ['empty mediaType counts as absent', { ...image, mediaType: '' }, mediaTypes.ociManifest],
  ['optional members null', { ...image, subject: null, annotations: null, artifactType: null, manifests: null }],
  ['data of the right length', { ...image, config: { ...config, data: 'e30=' } }],
  ['sha512', { ...image, layers: [{ ...layer, digest: `sha512:${'a'.repeat(128)}` }] }],
  [
    'non-distributable layer with urls',
    { ...image, layers: [{ ...layer, mediaType: mediaTypes.ociLayerNonDistributable, urls: ['https://x.example/'] }] },
  ],
  ['schemaVersion missing', { mediaType: mediaTypes.ociIndex, manifests: [] }],
  ['whitespace around', `\n ${JSON.stringify(image)}  `],
  [
    '390 large annotations',
    { ...image, annotations: Object.fromEntries(Array.from({ length: 390 }, (_, i) => [`k${i}`, 'A'.repeat(10_000)])) },
  ],
];
for (const [name, body, contentType] of goodBodies) test(`accepted: ${name}`, () => void accepted(body, contentType));

const badDescriptors: readonly (readonly [string, unknown, RegExp])[] = [
  ['no digest', { mediaType: 'a/b', size: 1 }, /digest must be a string/],
  ['bad digest', { ...layer, digest: 'sha256:abc' }, /malformed/],
  ['upper-case digest', { ...layer, digest: digest('A') }, /malformed/],
  ['unknown algorithm', { ...layer, digest: `blake3:${'a'.repeat(64)}` }, /not supported/],
  ['negative size', { ...layer, size: -1 }, /size/],
  ['fractional size', { ...layer, size: 1.5 }, /size/],
  ['size of 2^53', { ...layer, size: 2 ** 53 }, /size/],
  ['size as text', { ...layer, size: '10' }, /size/],
  ['no size', { mediaType: 'a/b', digest: digest('1') }, /size/],
  ['no media type', { digest: digest('1'), size: 1 }, /mediaType/],
  ['not an object', 'sha256', /object/],
  ['a list', [], /object/],
  ['null', null, /object/],
  ['annotation not a string', { ...layer, annotations: { a: 1 } }, /annotations/],
  ['platform not an object', { ...layer, platform: 'linux' }, /platform/],
  ['urls not a list', { ...layer, urls: 'https://x' }, /urls/],
  ['data too short', { ...layer, data: 'e30=' }, /data/],
  ['data not base64', { ...layer, size: 3, data: '!!!!' }, /data/],
  ['artifactType not a string', { ...layer, artifactType: 1 }, /artifactType/],
];
for (const [name, descriptor, expected] of badDescriptors) {
  test(`refused descriptor: ${name}`, () => {
    assert.match(problem({ ...image, layers: [layer, descriptor] }), new RegExp(`^layers\\[1\\]: .*${expected.source}`));
    assert.match(problem({ ...index, manifests: [descriptor] }), expected);
    if (descriptor !== null) assert.match(problem({ ...image, subject: descriptor }), expected);
    if (descriptor !== null) assert.match(problem({ ...image, config: descriptor }), expected);
  });
}

const badBodies: readonly (readonly [string, unknown, RegExp, string?])[] = [
  ['no JSON', 'hello', /JSON object/, mediaTypes.ociManifest],
  ['a JSON list', '[]', /JSON object/, mediaTypes.ociManifest],
  ['nothing', '', /JSON object/, mediaTypes.ociManifest],
  ['a byte order mark', `\ufeff${JSON.stringify(image)}`, /JSON object/],
  ['another Content-Type', image, /Content-Type/, mediaTypes.ociIndex],
  ['Content-Type application/json', image, /Content-Type/, 'application/json'],
  ['no type at all', { schemaVersion: 2, config, layers: [] }, /neither/],
  ['mediaType not a string', { ...image, mediaType: 1 }, /mediaType must be a string/],
  ['mediaType that breaks a header', { ...image, mediaType: 'a/b\r\nx: y' }, /malformed/],
  ['Content-Type without slash', { config }, /malformed/, 'json'],
  ['both kinds of fields in an image', { ...image, manifests: [] }, /both/],
  ['both kinds of fields in an index', { ...index, layers: [] }, /both/],
  ['both kinds of fields in an unknown type', { config, manifests: [] }, /both/, 'application/x'],
  ['config in an index', { ...index, config }, /both/],
  ['no config', { ...image, config: undefined }, /config/],
  ['no layers', { ...image, layers: undefined }, /layers is missing/],
  ['layers an object', { ...image, layers: {} }, /layers must be a list/],
  ['no manifests', { ...index, manifests: undefined }, /manifests is missing/],
  ['annotations a list', { ...image, annotations: [] }, /annotations/],
  ['artifactType a number', { ...image, artifactType: 1 }, /artifactType/],
  ['artifactType with U+0000', { ...image, artifactType: 'a\0b' }, /artifactType/],
  ['schemaVersion 3', { ...image, schemaVersion: 3 }, /schemaVersion/],
  ['one digest, two sizes', { ...image, layers: [layer, { ...layer, size: 11 }] }, /two different sizes/],
  ['schema 1 by type', { schemaVersion: 1 }, /schema 1.*push again/, mediaTypes.dockerSchema1],
  ['schema 1 signed', { schemaVersion: 1, fsLayers: [] }, /schema 1.*push again/, mediaTypes.dockerSchema1Signed],
  ['schema 1 by content', { schemaVersion: 1, name: 'a', fsLayers: [], history: [] }, /schema 1.*push again/],
  ['schema 1 under another type', { ...image, schemaVersion: 1 }, /schema 1.*push again/],
];
for (const [name, body, expected, contentType] of badBodies)
  test(`refused: ${name}`, () => assert.match(problem(body, contentType), expected));

test('bytes that are not UTF-8 are refused', () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...image, annotations: { a: 'x' } }));
  bytes[bytes.lastIndexOf('x'.charCodeAt(0))] = 0xff;
  assert.ok(isManifestProblem(parseManifest(bytes, '')));
});

test('nesting is limited before parsing, brackets in strings do not count', () => {
  const nested = (depth: number) => JSON.stringify(image).replace(/}$/, `,"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`);
  accepted(nested(maxManifestDepth));
  assert.match(problem(nested(maxManifestDepth + 1)), /deeper than 64/);
  assert.match(problem('['.repeat(4 * 1024 * 1024), mediaTypes.ociManifest), /deeper/);
  accepted({ ...image, annotations: { a: `\\"${'[{'.repeat(100)}` } });
});

test('the number of descriptors is limited', () => {
  const many = (count: number) => Array.from({ length: count }, () => layer);
  accepted({ ...image, layers: many(maxManifestDescriptors) });
  assert.match(problem({ ...image, layers: many(maxManifestDescriptors + 1) }), /at most 10000/);
  assert.match(problem({ ...index, manifests: many(maxManifestDescriptors + 1) }), /at most 10000/);
  assert.match(problem({ layers: many(6000), blobs: many(6000) }, 'application/x'), /at most 10000/);
});

test('an unknown type is accepted with what looks like a descriptor in it', () => {
  assert.deepEqual(accepted({ mediaType: 'application/x', hello: 1 }), {
    kind: 'other',
    mediaType: 'application/x',
    layers: [],
    manifests: [],
  });
  const artifact = accepted({
    mediaType: mediaTypes.ociArtifactManifest,
    artifactType: 'a/b',
    blobs: [layer, 'x', { digest: 'bad' }],
    subject: child,
  });
  assert.deepEqual(artifact.layers, [layer]);
  assert.deepEqual(artifact.subject, child);
  assert.equal(artifact.artifactType, 'a/b');
  assert.equal(accepted({ schemaVersion: 1, config: 'mine' }, 'application/x').kind, 'other');
});

test('the effective artifact type', () => {
  assert.equal(accepted({ ...image, artifactType: 'a/b' }).artifactType, 'a/b');
  assert.equal(accepted({ ...image, artifactType: '' }).artifactType, config.mediaType);
  assert.equal(accepted({ ...index, artifactType: 'a/b' }).artifactType, 'a/b');
  assert.equal('artifactType' in accepted({ ...index, artifactType: '' }), false);
});

test('a key named __proto__ changes nothing', () => {
  const text = JSON.stringify(image).replace(
    '{',
    '{"__proto__":{"manifests":[],"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},',
  );
  const parsed = accepted(text);
  assert.equal(Object.getPrototypeOf(parsed), Object.prototype);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  const annotated = accepted(JSON.stringify({ ...image, annotations: { a: 'b' } }).replace('"a":"b"', '"__proto__":"b"'));
  assert.deepEqual(Object.entries(annotated.annotations ?? {}), [['__proto__', 'b']]);
});

test('media types of another case are the same type', () => {
  assert.equal(accepted({ ...index, mediaType: mediaTypes.ociIndex.toUpperCase() }).kind, 'index');
  assert.equal(accepted(image, mediaTypes.ociManifest.toUpperCase()).mediaType, mediaTypes.ociManifest);
});

test('arbitrary bytes and arbitrary JSON never throw', () => {
  fc.assert(fc.property(fc.uint8Array(), fc.string(), (bytes, type) => void parseManifest(bytes, type)));
  const field = fc.constantFrom(
    'mediaType',
    'config',
    'layers',
    'manifests',
    'subject',
    'annotations',
    'schemaVersion',
    'blobs',
    'artifactType',
  );
  const body = fc.dictionary(
    field,
    fc.oneof(fc.jsonValue(), fc.constant(layer), fc.constant([layer]), fc.constant(mediaTypes.ociManifest)),
  );
  fc.assert(
    fc.property(body, fc.constantFrom('', mediaTypes.ociManifest, mediaTypes.ociIndex, 'a/b'), (value, type) => void parse(value, type)),
  );
});
