import { createHmac, hash } from 'node:crypto';

/** Keys of who asks. `sessionToken` comes with keys that are good for a while only. */
export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What is signed of a request. */
export interface SignedRequest {
  readonly method: string;
  /** With the port unless it is the scheme's own. */
  readonly host: string;
  /** Encoded, from the slash on. */
  readonly path: string;
  /** Names and values as they are, not encoded. */
  readonly query: readonly (readonly [name: string, value: string])[];
}

/** What addresses of one second have in common, and what it was made of. */
interface SharedAddress {
  readonly second: number;
  readonly of: SignedRequest['query'];
  readonly identity: Identity;
  readonly seconds: number;
  readonly time: string;
  readonly scope: string;
  /** Without the signature. */
  readonly query: string;
  /** By what was signed: of a blob that many want at once, most addresses are the same. */
  readonly signatures: Map<string, string>;
}

/** So many signatures of a second are kept at most: under a megabyte. */
const mostSignatures = 1000;

/** The payload's hash of a request whose body is not signed. */
export const unsignedPayload = 'UNSIGNED-PAYLOAD';

const algorithm = 'AWS4-HMAC-SHA256';
const purpose = 's3/aws4_request';

/**
 * AWS Signature Version 4 for S3, in headers and in addresses (docs.aws.amazon.com, "Authenticating Requests"). The
 * signing key of a day is derived once: that leaves two hashes and one HMAC for each signature.
 */
export class Signer {
  readonly #region: string;
  #key: { readonly day: string; readonly secret: string; readonly bytes: Buffer } | undefined;

  #shared: SharedAddress | undefined;

  constructor(region: string) {
    this.#region = region;
  }

  /** All `x-amz-` headers of the request, with those given in `headers`, and the signature; names are in lower case. */
  headers(
    request: SignedRequest,
    payloadHash: string,
    headers: Readonly<Record<string, string>>,
    identity: Identity,
    at: number,
  ): Record<string, string> {
    const time = timeOf(at);
    const { sessionToken } = identity;
    const all: Record<string, string> = { ...headers, 'x-amz-content-sha256': payloadHash, 'x-amz-date': time };
    if (sessionToken !== undefined) all['x-amz-security-token'] = sessionToken;
    const names = Object.keys(all).sort();
    const signed = `host;${names.join(';')}`;
    const lines = names.map((name) => `${name}:${all[name]}\n`).join('');
    const canonical = `${request.method}\n${request.path}\n${queryText(request.query)}\nhost:${request.host}\n${lines}\n${signed}\n${payloadHash}`;
    const scope = this.#scope(time);
    const credential = `${identity.accessKeyId}/${scope}`;
    const signature = this.#sign(identity, time, scope, canonical);
    all['authorization'] = `${algorithm} Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`;
    return all;
  }

  /**
   * Path and query by which anybody may make this request, and no other, for `seconds` from `at` on. Requests with the same
   * `query` array share what does not depend on the path for a second, and equal ones the signature.
   */
  address(request: SignedRequest, seconds: number, identity: Identity, at: number): string {
    const { time, scope, query, signatures } = this.#sharedOf(request.query, seconds, identity, Math.floor(at / 1000));
    const canonical = `${request.method}\n${request.path}\n${query}\nhost:${request.host}\n\nhost\n${unsignedPayload}`;
    let signature = signatures.get(canonical);
    if (signature === undefined) {
      signature = this.#sign(identity, time, scope, canonical);
      if (signatures.size < mostSignatures) signatures.set(canonical, signature);
    }
    return `${request.path}?${query}&X-Amz-Signature=${signature}`;
  }

  #sharedOf(query: SignedRequest['query'], seconds: number, identity: Identity, second: number): SharedAddress {
    const last = this.#shared;
    if (last?.second === second && last.of === query && last.identity === identity && last.seconds === seconds) return last;
    const time = timeOf(second * 1000);
    const scope = this.#scope(time);
    const { accessKeyId, sessionToken } = identity;
    const fields: (readonly [string, string])[] = [
      ...query,
      ['X-Amz-Algorithm', algorithm],
      ['X-Amz-Content-Sha256', unsignedPayload],
      ['X-Amz-Credential', `${accessKeyId}/${scope}`],
      ['X-Amz-Date', time],
      ['X-Amz-Expires', String(seconds)],
      ['X-Amz-SignedHeaders', 'host'],
    ];
    if (sessionToken !== undefined) fields.push(['X-Amz-Security-Token', sessionToken]);
    this.#shared = { second, of: query, identity, seconds, time, scope, query: queryText(fields), signatures: new Map() };
    return this.#shared;
  }

  #scope(time: string): string {
    return `${time.slice(0, 8)}/${this.#region}/${purpose}`;
  }

  #sign(identity: Identity, time: string, scope: string, canonical: string): string {
    const text = `${algorithm}\n${time}\n${scope}\n${hash('sha256', canonical)}`;
    return createHmac('sha256', this.#keyOf(identity, time.slice(0, 8)))
      .update(text)
      .digest('hex');
  }

  #keyOf({ secretAccessKey: secret }: Identity, day: string): Buffer {
    if (this.#key?.day === day && this.#key.secret === secret) return this.#key.bytes;
    const bytes = [day, this.#region, 's3', 'aws4_request'].reduce<Buffer>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      Buffer.from(`AWS4${secret}`),
    );
    this.#key = { day, secret, bytes };
    return bytes;
  }
}

/** A key or a path as it stands in an address: everything but slashes and the unreserved characters is encoded. */
export function encodePath(text: string): string {
  return /^[A-Za-z0-9._~/-]*$/.test(text) ? text : text.split('/').map(encode).join('/');
}

/** A query as it is signed and sent: encoded, in the order of the encoded names. */
export function queryText(query: SignedRequest['query']): string {
  return query
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `20261121T204217Z` */
function timeOf(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
}
