import assert from 'node:assert/strict';
import { createHash, createPublicKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { makeAuthority, makeServerCertificate } from '../certificate-writer.ts';
import { renewalId, usualRenewal } from './renewal-info.ts';

describe('when a certificate is renewed', () => {
  const authority = makeAuthority(['registry.example'], new Date());
  const issued = Array.from({ length: 24 }, () => makeServerCertificate(authority, ['registry.example'], new Date()).certificate);

  it('authorities know it by the key that signed it, and by its number as DER has that', () => {
    const key = createPublicKey(authority.key).export({ type: 'spki', format: 'der' });
    const keyId = createHash('sha256').update(key).digest().subarray(0, 20).toString('base64url');
    const isLarge = ({ serialNumber }: { serialNumber: string }) => /^[89A-F]/.test(serialNumber);
    assert.ok(issued.some(isLarge) && !issued.every(isLarge), 'numbers with and without a zero before them');
    for (const certificate of issued) {
      const serial = Buffer.from(`${isLarge(certificate) ? '00' : ''}${certificate.serialNumber}`, 'hex').toString('base64url');
      assert.equal(renewalId(certificate), `${keyId}.${serial}`);
    }
    assert.equal(renewalId(authority.certificate), undefined, 'one that does not say who signed it');
  });

  it('is two thirds of its life or a little before, and not the same moment for all', () => {
    const at = issued.map((certificate) => {
      const from = certificate.validFromDate.getTime();
      return (usualRenewal(certificate) - from) / (certificate.validToDate.getTime() - from);
    });
    for (const share of at) assert.ok(share > 2 / 3 - 1 / 50 - 0.001 && share <= 2 / 3, String(share));
    assert.ok(new Set(at).size > 20);
    assert.deepEqual(issued.map(usualRenewal), issued.map(usualRenewal), 'every replica comes to the same');
  });
});
