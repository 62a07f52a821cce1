import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { bitString, integer, objectIdentifier, octetString, sequence, set, tagged, time, utf8String, yes } from './der.ts';

/** A certificate and its private key. */
export interface Issued {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

const dayMs = 24 * 60 * 60 * 1000;
const authorityDays = 3650;
/** Some clients refuse server certificates that are good for longer than 398 days, others above 825. */
const serverDays = 397;
/** Clocks of clients may be behind. */
const backdatedMs = 60 * 60 * 1000;

/** The AlgorithmIdentifier of signatures by keys on P-256. */
export const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

/**
 * A new certificate authority on P-256 for ten years. It can vouch for `hosts` only (DNS names with what is below them,
 * and IP addresses; RFC 5280 section 4.2.1.10), so that whoever steals its key cannot pass for other sites.
 */
export function makeAuthority(hosts: readonly string[], now: Date): Issued {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = commonName(`Longshore CA ${randomBytes(4).toString('hex')}`);
  const keyId = keyIdOf(privateKey);
  const extensions = [
    extension('2.5.29.19', 'critical', sequence(yes, integer(Buffer.of(0)))),
    // keyCertSign and cRLSign
    extension('2.5.29.15', 'critical', bitString(Buffer.of(0x06), 1)),
    extension('2.5.29.14', 'optional', octetString(keyId)),
    extension('2.5.29.30', 'critical', nameConstraints(hosts)),
  ];
  const until = new Date(now.getTime() + authorityDays * dayMs);
  return issue({ subject: name, key: privateKey, extensions, until }, { name, key: privateKey }, now);
}

/** A certificate for a server under `hosts` (DNS names, IP addresses) with a key of its own, for 397 days at most. */
export function makeServerCertificate(authority: Issued, hosts: readonly string[], now: Date): Issued {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = [
    extension('2.5.29.19', 'critical', sequence()),
    // digitalSignature
    extension('2.5.29.15', 'critical', bitString(Buffer.of(0x80), 7)),
    // id-kp-serverAuth
    extension('2.5.29.37', 'optional', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.14', 'optional', octetString(keyIdOf(privateKey))),
    extension('2.5.29.35', 'optional', sequence(tagged(0, 'primitive', keyIdOf(authority.key)))),
    alternativeNames(hosts),
  ];
  const until = new Date(Math.min(now.getTime() + serverDays * dayMs, authority.certificate.validToDate.getTime()));
  const issuer = { name: commonName(requireCommonName(authority.certificate)), key: authority.key };
  return issue({ subject: commonName('Longshore'), key: privateKey, extensions, until }, issuer, now);
}

interface Wanted {
  readonly subject: Buffer;
  readonly key: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly until: Date;
}

/** Signs an X.509 certificate of version 3 (RFC 5280 section 4.1). */
function issue({ subject, key, extensions, until }: Wanted, issuer: { name: Buffer; key: KeyObject }, now: Date): Issued {
  const content = sequence(
    tagged(0, 'constructed', integer(Buffer.of(2))),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    issuer.name,
    sequence(time(new Date(now.getTime() - backdatedMs)), time(until)),
    subject,
    publicKeyOf(key),
    tagged(3, 'constructed', sequence(...extensions)),
  );
  const signature = sign('sha256', content, issuer.key);
  return { certificate: new X509Certificate(sequence(content, ecdsaWithSha256, bitString(signature))), key };
}

function extension(id: string, importance: 'critical' | 'optional', value: Buffer): Buffer {
  return sequence(objectIdentifier(id), ...(importance === 'critical' ? [yes] : []), octetString(value));
}

/** The extension subjectAltName (RFC 5280 section 4.2.1.6) for DNS names and IP addresses. */
export function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) => generalName(host, isIP(host) === 0 ? undefined : addressBytes(host)));
  return extension('2.5.29.17', 'optional', sequence(...names));
}

function commonName(text: string): Buffer {
  return sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(text))));
}

function requireCommonName({ subject }: X509Certificate): string {
  const name = /^CN=(.+)$/m.exec(subject)?.[1];
  if (name === undefined) throw new TypeError(`the certificate authority '${subject}' has no common name`);
  return name;
}

/** Names outside of `hosts` are excluded kind by kind: a kind that no entry mentions would be allowed altogether. */
function nameConstraints(hosts: readonly string[]): Buffer {
  const names = hosts.filter((host) => isIP(host) === 0).map((host) => host.replace(/^\*\./, ''));
  const addresses = hosts.filter((host) => isIP(host) !== 0);
  const permitted = [
    ...names.map((name) => sequence(generalName(name))),
    ...addresses.map((address) => sequence(generalName(address, Buffer.concat([addressBytes(address), mask(address, 0xff)])))),
  ];
  const everyAddress = ['0.0.0.0', '::'].map((address) =>
    sequence(generalName(address, Buffer.concat([addressBytes(address), mask(address, 0)]))),
  );
  const excluded = [...(names.length === 0 ? [sequence(generalName(''))] : []), ...(addresses.length === 0 ? everyAddress : [])];
  return sequence(tagged(0, 'constructed', ...permitted), ...(excluded.length === 0 ? [] : [tagged(1, 'constructed', ...excluded)]));
}

/** A GeneralName (RFC 5280 section 4.2.1.6): dNSName, or iPAddress with `address`. */
function generalName(name: string, address?: Uint8Array): Buffer {
  return address === undefined ? tagged(2, 'primitive', Buffer.from(name)) : tagged(7, 'primitive', address);
}

function mask(address: string, byte: number): Buffer {
  return Buffer.alloc(isIP(address) === 4 ? 4 : 16, byte);
}

/** The 4 or 16 bytes of an address. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // An IPv4 address at the end stands for the last two groups.
  const groups = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head = '', tail] = groups.split('::');
  const partOf = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [front, back] = [partOf(head), partOf(tail ?? '')];
  const all = tail === undefined ? front : [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The SubjectPublicKeyInfo of a key's public half. */
export function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** 160 bits that name a key (RFC 7093 section 2, method 1). */
function keyIdOf(key: KeyObject): Buffer {
  return createHash('sha256').update(publicKeyOf(key)).digest().subarray(0, 20);
}
