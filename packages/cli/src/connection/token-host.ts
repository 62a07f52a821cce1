import { parseChallenges } from '@longshore/oci';
import type { Connection } from './connect.ts';

/**
 * The host that a registry names as the one that issues its tokens, where that is another than its own. Only over TLS on both ways: nobody in
 * between can name one. It is asked once, at login, so that a registry cannot have credentials sent elsewhere later.
 */
export async function tokenHostOf({ url, fetch }: Pick<Connection, 'url' | 'fetch'>): Promise<string | undefined> {
  if (!url.startsWith('https:')) return undefined;
  const { status, headers, body } = await fetch(new URL('v2/', url), { redirect: 'manual' });
  await body?.cancel();
  const challenges = status === 401 ? parseChallenges(headers.get('www-authenticate') ?? undefined) : [];
  const realm = URL.parse(challenges.find(({ scheme }) => scheme === 'bearer')?.params['realm'] ?? '');
  return realm?.protocol === 'https:' && realm.host !== new URL(url).host ? realm.host : undefined;
}
