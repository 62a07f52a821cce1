import { type KeyObject, sign } from 'node:crypto';

/** The token with other claims, signed anew (JWS compact, RS256). */
export function resigned(token: string, claims: object, key: KeyObject): string {
  const [header, payload = ''] = token.split('.');
  const all = { ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), ...claims };
  const text = `${header}.${Buffer.from(JSON.stringify(all)).toString('base64url')}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}
