import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClientAuthority } from '../../../../../test/tools/client-authority.ts';
import { alternativeNames, claimsOf } from './certificate-claims.ts';

const authority = new ClientAuthority('Acme CA');
const claims = (wanted: Parameters<ClientAuthority['issue']>[0]) => claimsOf(new X509Certificate(authority.issue(wanted).cert));

test('claims are what the certificate says', () => {
  const said = claims({ commonName: 'builder', dns: ['ci.example', '*.ci.example'], uris: ['spiffe://acme/ci'] });
  const { serial, fingerprint, ...rest } = said ?? assert.fail();
  assert.match(serial, /^41[0-9A-F]{16}$/);
  assert.match(fingerprint, /^[0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    commonName: 'builder',
    subject: { CN: 'builder' },
    dns: ['ci.example', '*.ci.example'],
    uris: ['spiffe://acme/ci'],
    emails: [],
    issuer: 'CN=Acme CA',
  });
});

test('a name that holds what separates names stays one name', () => {
  const printable = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 });
  const sly = fc.constantFrom('a, DNS:admin', 'a", DNS:admin', 'a\\", URI:b', 'DNS:admin', 'a,DNS:b');
  fc.assert(
    fc.property(fc.array(fc.oneof(printable, sly), { maxLength: 5 }), (uris) => {
      assert.deepEqual(claims({ commonName: 'x', uris })?.uris, uris);
      assert.deepEqual(claims({ commonName: 'x', uris })?.dns, []);
    }),
    { numRuns: 60 },
  );
});

test('text that is not of that form is nothing, and so are names without end', () => {
  fc.assert(fc.property(fc.string(), (text) => void alternativeNames(text)));
  assert.equal(alternativeNames('DNS'), undefined);
  assert.equal(claims({ commonName: 'x', dns: Array.from({ length: 201 }, (_, index) => `h${index}.example`) }), undefined);
});
