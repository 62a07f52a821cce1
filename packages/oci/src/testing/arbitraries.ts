import fc from 'fast-check';

const alphanumeric = fc.string({ unit: fc.constantFrom(...'abcz019'), minLength: 1, maxLength: 6 });
const separator = fc.constantFrom('.', '_', '__', '-', '---');
const component = fc
  .tuple(
    alphanumeric,
    fc.array(
      fc.tuple(separator, alphanumeric).map(([a, b]) => a + b),
      { maxLength: 3 },
    ),
  )
  .map(([first, rest]) => first + rest.join(''));

/** Repository names of the specification's grammar, up to 255 characters; API words are frequent components. */
export const anyRepositoryName = fc
  .array(fc.oneof(component, fc.constantFrom('blobs', 'manifests', 'tags', 'list', 'uploads', 'referrers')), { minLength: 1, maxLength: 6 })
  .map((components) => components.join('/'))
  .filter((name) => name.length <= 255);

/** Tags of the specification's grammar. */
export const anyTag = fc
  .tuple(fc.constantFrom(...'aZ0_'), fc.string({ unit: fc.constantFrom(...'abYZ09._-'), maxLength: 127 }))
  .map(([first, rest]) => first + rest);

/** Digests of both algorithms, as text. */
export const anyDigestText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }).map((hex) => `sha256:${hex}`),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 128, maxLength: 128 }).map((hex) => `sha512:${hex}`),
);

/** Any text at all: ASCII mostly, every other UTF-16 unit too, unpaired surrogates and controls included. */
export const anyText = fc.array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff)), { maxLength: 40 }).map((units) => String.fromCharCode(...units));
