import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ecdsaWithSha256, publicKeyOf } from '../../packages/server/src/http/tls/certificate-writer.ts';
import {
  bitString,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
  yes,
} from '../../packages/server/src/http/tls/der.ts';

/** A certificate of a client and its key, in PEM. */
export interface ClientPair {
  readonly cert: string;
  readonly key: string;
  readonly serial: Buffer;
}

export interface WantedClient {
  readonly commonName: string;
  /** Alternative names: of hosts, and URIs. */
  readonly dns?: readonly string[];
  readonly uris?: readonly string[];
  /** What it is for; `clientAuth` unless said. */
  readonly usage?: 'clientAuth' | 'serverAuth';
  /** When it begins and ends, in seconds from now: an hour ago, and in a day, unless said. */
  readonly from?: number;
  readonly until?: number;
}

interface WantedAuthority {
  /** Who vouches for it; itself unless said. */
  readonly above?: ClientAuthority;
  /** How many authorities there may be between it and clients (RFC 5280 section 4.2.1.9). */
  readonly mostBelow?: number;
  /** Whether its certificate says that it is one. */
  readonly isAuthority?: boolean;
}

const usages = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const;
const secondsFromNow = (seconds: number): Date => new Date(Date.now() + seconds * 1000);

/** An authority that vouches for clients, and says which of them it has revoked. */
export class ClientAuthority {
  readonly cert: string;
  readonly serial: Buffer;
  readonly #name: Buffer;
  readonly #key: KeyObject;
  readonly #above: ClientAuthority | undefined;
  #lists = 0;

  constructor(commonName = 'Clients CA', { above, mostBelow, isAuthority = true }: WantedAuthority = {}) {
    this.#name = nameOf(commonName);
    this.#key = newKey();
    this.#above = above;
    // keyCertSign and cRLSign
    const usage = extension('2.5.29.15', bitString(Buffer.of(0x06), 1));
    const constraints = [...(isAuthority ? [yes] : []), ...(mostBelow === undefined ? [] : [integer(Buffer.of(mostBelow))])];
    const extensions = [extension('2.5.29.19', sequence(...constraints)), usage];
    this.serial = newSerial();
    this.cert = (above ?? this).#sign(this.#name, this.#key, this.serial, extensions, { from: -3600, until: 86_400 });
  }

  issue({ commonName, dns = [], uris = [], usage = 'clientAuth', from = -3600, until = 86_400 }: WantedClient): ClientPair {
    const key = newKey();
    const serial = newSerial();
    const names = [
      ...dns.map((name) => tagged(2, 'primitive', Buffer.from(name))),
      ...uris.map((uri) => tagged(6, 'primitive', Buffer.from(uri))),
    ];
    const extensions = [
      extension('2.5.29.37', sequence(objectIdentifier(usages[usage]))),
      ...(names.length === 0 ? [] : [extension('2.5.29.17', sequence(...names))]),
    ];
    const cert = this.#sign(nameOf(commonName), key, serial, extensions, { from, until });
    return { cert: cert + this.#below(), key: String(key.export({ type: 'pkcs8', format: 'pem' })), serial };
  }

  /** What a client shows beside its own certificate: every authority up to the root. */
  #below(): string {
    return this.#above === undefined ? '' : this.cert + this.#above.#below();
  }

  /** The list of those that are revoked (RFC 5280 section 5), good for `forSeconds` from now. */
  revoke(revoked: readonly Pick<ClientPair, 'serial'>[], forSeconds = 86_400): string {
    this.#lists += 1;
    const entries = revoked.map(({ serial }) => sequence(integer(serial), time(secondsFromNow(-60))));
    const number = sequence(objectIdentifier('2.5.29.20'), octetString(integer(Buffer.of(this.#lists))));
    const content = sequence(
      integer(Buffer.of(1)),
      ecdsaWithSha256,
      this.#name,
      time(secondsFromNow(-7200)),
      time(secondsFromNow(forSeconds)),
      ...(entries.length === 0 ? [] : [sequence(...entries)]),
      tagged(0, 'constructed', sequence(number)),
    );
    const list = sequence(content, ecdsaWithSha256, bitString(sign('sha256', content, this.#key)));
    const lines = list.toString('base64').match(/.{1,64}/g) ?? [];
    return ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n');
  }

  #sign(
    subject: Buffer,
    key: KeyObject,
    serial: Buffer,
    extensions: readonly Buffer[],
    { from, until }: { from: number; until: number },
  ): string {
    const content = sequence(
      tagged(0, 'constructed', integer(Buffer.of(2))),
      integer(serial),
      ecdsaWithSha256,
      this.#name,
      sequence(time(secondsFromNow(from)), time(secondsFromNow(until))),
      subject,
      publicKeyOf(key),
      tagged(3, 'constructed', sequence(...extensions)),
    );
    return new X509Certificate(sequence(content, ecdsaWithSha256, bitString(sign('sha256', content, this.#key)))).toString();
  }
}

/** Writes certificate and key into a directory, as clients read them. */
export async function writeClientPair(directory: string, name: string, { cert, key }: ClientPair) {
  const files = { certFile: join(directory, `${name}.cert`), keyFile: join(directory, `${name}.key`) };
  await writeFile(files.certFile, cert);
  await writeFile(files.keyFile, key, { mode: 0o600 });
  return files;
}

const newSerial = (): Buffer => Buffer.concat([Buffer.of(0x41), randomBytes(8)]);

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

const nameOf = (commonName: string): Buffer => sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(commonName))));

/** Critical, except for those that clients of any age know. */
function extension(id: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), ...(id === '2.5.29.19' || id === '2.5.29.15' ? [yes] : []), octetString(value));
}
