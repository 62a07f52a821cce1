import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** By what an authority knows the key of a request: the key itself before it has an account, its address after. */
export type Signer = { readonly key: KeyObject; readonly accountUrl: string | undefined };

/** A new private key on P-256. */
export function newPrivateKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** A private key as it is kept. */
export function privateKeyText(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * The body of a request (RFC 8555 section 6.2: a flattened JWS with ES256). No payload: the request only reads (POST-as-GET).
 */
export function signedBody(signer: Signer, url: string, nonce: string, payload: object | undefined): string {
  const { key, accountUrl } = signer;
  const by = accountUrl === undefined ? { jwk: publicJwk(key) } : { kid: accountUrl };
  const header = encode(JSON.stringify({ alg: 'ES256', ...by, nonce, url }));
  const content = payload === undefined ? '' : encode(JSON.stringify(payload));
  const signature = sign('sha256', Buffer.from(`${header}.${content}`), { key, dsaEncoding: 'ieee-p1363' });
  return JSON.stringify({ protected: header, payload: content, signature: signature.toString('base64url') });
}

/** What is answered to a token to show that the account controls a name (RFC 8555 section 8.1). */
export function keyAuthorization(key: KeyObject, token: string): string {
  // RFC 7638: the members that matter, in the order of the alphabet.
  const thumbprint = createHash('sha256')
    .update(JSON.stringify(publicJwk(key)))
    .digest('base64url');
  return `${token}.${thumbprint}`;
}

/** The value of the TXT record that shows the same (RFC 8555 section 8.4). */
export function recordValue(authorization: string): string {
  return createHash('sha256').update(authorization).digest('base64url');
}

function publicJwk(key: KeyObject): object {
  const { crv, kty, x, y } = createPublicKey(key).export({ format: 'jwk' });
  return { crv, kty, x, y };
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
