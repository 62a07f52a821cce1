import { timingSafeEqual } from 'node:crypto';
import type { HttpExchange } from '../http-exchange.ts';

/**
 * Whether the browser says that a page of ours sends this request: by Origin, or by Sec-Fetch-Site where it gives no origin. A page that
 * came unencrypted is none of ours where we are reached encrypted.
 */
export function isOwnPage({ request, origin }: HttpExchange): boolean {
  const page = request.headers.origin;
  if (page === undefined || page === 'null') return request.headers['sec-fetch-site'] === 'same-origin';
  const url = URL.parse(page);
  return url !== null && url.host === origin.host && (url.protocol === 'https:' || origin.baseUrl.startsWith('http:'));
}

/** Whether the browser says that a page of another site led here; what somebody typed or has kept as a bookmark is not that. */
export function isSentByOthers({ request }: HttpExchange): boolean {
  const site = request.headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Whether a text is the token, found out without telling how much of it is right. */
export function isToken(given: string | undefined, token: string): boolean {
  const [left, right] = [Buffer.from(given ?? ''), Buffer.from(token)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
