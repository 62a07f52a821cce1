import type { ManagedCertificate } from '../../../registry/ports/certificate-store.ts';
import { makeAuthority, makeServerCertificate } from '../certificate-writer.ts';
import { checkKeyPair, type KeyPair } from '../key-pair.ts';
import { privateKeyText } from './account-key.ts';
import type { AcmeOptions } from './acme-options.ts';

/** What the secret box is told that the key of a certificate is for. */
export const keyPurpose = (id: string): string => `certificate ${id}`;

/** The pair of a row that has a certificate, checked; throws when its key does not open, or does not fit. */
export function openPair({ id, issued }: ManagedCertificate, { secrets, minVersion }: AcmeOptions): KeyPair | undefined {
  if (issued === undefined) return undefined;
  return checkPair({ cert: issued.chain, key: secrets.open(keyPurpose(id), issued.sealedKey) }, minVersion);
}

/** Checks that a chain and a key can be served; throws `TlsProblem`. */
export function checkPair(text: { cert: string; key: string }, minVersion: AcmeOptions['minVersion']): KeyPair {
  return checkKeyPair(text, { certFile: "the authority's certificate", keyFile: 'its key' }, minVersion);
}

/** What is served for want of a certificate that clients trust: one that is gone with this process. */
export function temporaryPair({ names, minVersion }: AcmeOptions): KeyPair {
  const now = new Date();
  const { certificate, key } = makeServerCertificate(makeAuthority(names, now), names, now);
  return checkPair({ cert: certificate.toString(), key: privateKeyText(key) }, minVersion);
}
