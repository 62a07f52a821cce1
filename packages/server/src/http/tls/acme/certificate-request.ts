import { type KeyObject, sign } from 'node:crypto';
import { alternativeNames, ecdsaWithSha256, publicKeyOf } from '../certificate-writer.ts';
import { bitString, integer, objectIdentifier, sequence, set, tagged } from '../der.ts';

/** Asks for a certificate for `hosts` with this key on P-256, in DER (PKCS #10, RFC 2986); the subject is empty, names are extensions. */
export function certificateRequest(key: KeyObject, hosts: readonly string[]): Buffer {
  // pkcs-9-at-extensionRequest
  const extensions = sequence(objectIdentifier('1.2.840.113549.1.9.14'), set(sequence(alternativeNames(hosts))));
  const content = sequence(integer(Buffer.of(0)), sequence(), publicKeyOf(key), tagged(0, 'constructed', extensions));
  return sequence(content, ecdsaWithSha256, bitString(sign('sha256', content, key)));
}
