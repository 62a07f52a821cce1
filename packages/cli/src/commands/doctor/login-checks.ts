import { ApiProblem } from '@longshore/api-client';
import { parseChallenges } from '@longshore/oci';
import { callOperation } from '../../api/call-operation.ts';
import { operationOf } from '../../api/operation.ts';
import { registryClientOf, trustedRealmHosts } from '../../connection/connect.ts';
import { isLongshore } from '../../connection/is-longshore.ts';
import { reasonText } from '../../exit-codes.ts';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';
import { headOf, type Site } from './site.ts';

const setPublicUrl =
  'Behind a proxy, a Longshore must be told the address that clients use (publicUrl); ask whoever runs another registry.';

/** Whether there is a way to what issues tokens, and whether it is where credentials may go. */
export async function checkTokenService(site: Site): Promise<Finding> {
  const { status, headers } = await site.answer();
  if (status !== 401) return skipped('the registry wants no login for this');
  const challenges = parseChallenges(headers.get('www-authenticate') ?? undefined);
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer === undefined)
    return challenges.some(({ scheme }) => scheme === 'basic')
      ? ok('none is needed: the registry takes name and password itself')
      : failed('the registry wants a login and does not say how', setPublicUrl);
  const realm = URL.parse(bearer.params['realm'] ?? '');
  if (realm === null || !/^https?:$/.test(realm.protocol) || (site.url.protocol === 'https:' && realm.protocol !== 'https:'))
    return failed(
      realm?.protocol === 'http:'
        ? `${realm.href} is no address for credentials: they would leave TLS`
        : `'${bearer.params['realm'] ?? ''}' is no address for credentials`,
      setPublicUrl,
    );
  if (bearer.params['service'] !== undefined) realm.searchParams.set('service', bearer.params['service']);
  return (await unreachable(realm, site)) ?? placeOf(realm, site);
}

async function unreachable(realm: URL, { connection }: Site): Promise<Finding | undefined> {
  const fix = `Tokens are issued at ${realm.origin}: longshore doctor ${realm.origin} looks at the way there. ${setPublicUrl}`;
  try {
    const { status } = await headOf(realm, connection);
    return status === 404 || status >= 500 ? failed(`${realm.origin}${realm.pathname} answers with ${status}`, fix) : undefined;
  } catch (error) {
    return failed(`${realm.origin}: ${reasonText(error)}`, fix);
  }
}

function placeOf(realm: URL, { url, connection }: Site): Finding {
  const place = `${realm.origin}${realm.pathname}`;
  if (realm.host === url.host || trustedRealmHosts(connection).includes(realm.host)) return ok(`${place} answers`);
  return warning(
    `tokens are issued at another host, ${realm.host}`,
    `What is kept for ${url.host} goes there only after longshore login ${url.host} has found it, over TLS; until then this command stays anonymous. ${setPublicUrl}`,
  );
}

/** Whether what is kept logs in. */
export async function checkLogin({ connection }: Site): Promise<Finding> {
  if (connection.credential === undefined) return skipped(`nobody has logged in here: longshore login ${connection.url}`);
  try {
    if (!(await isLongshore(connection))) {
      await registryClientOf(connection).ping();
      return ok('the registry takes what is kept for it');
    }
    const me = (await (await callOperation(operationOf('getMe'), { path: {} }, connection)).json()) as { name: string; credential: string };
    return ok(`you are ${me.name}, by ${me.credential}`);
  } catch (error) {
    const isWrong = error instanceof Error && 'status' in error && error.status === 401;
    const id = error instanceof ApiProblem && error.requestId !== undefined ? ` (request ${error.requestId})` : '';
    return failed(
      `${error instanceof Error ? error.message : String(error)}${id}`,
      isWrong
        ? 'What is kept is wrong or over: longshore login again.'
        : 'Look for what the message says; the log of the registry has more under the id of the request.',
    );
  }
}
