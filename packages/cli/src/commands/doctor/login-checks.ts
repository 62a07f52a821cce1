import { ApiProblem } from '@longshore/api-client';
import { parseChallenges } from '@longshore/oci';
import { callOperation } from '../../api/call-operation.ts';
import { operationOf } from '../../api/operation.ts';
import { registryClientOf, trustedRealmHosts } from '../../connection/connect.ts';
import { isLongshore } from '../../connection/is-longshore.ts';
import { reasonText } from '../../exit-codes.ts';
import { said } from '../../language.ts';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';
import { headOf, type Site } from './site.ts';

const setPublicUrl = said(
  'Behind a proxy, a Longshore must be told the address that clients use (publicUrl); ask whoever runs another registry.',
  '若 Longshore 位于代理之后，请把客户端使用的地址写入 publicUrl；其他仓库请联系其管理员。',
);

/** Whether there is a way to what issues tokens, and whether it is where credentials may go. */
export async function checkTokenService(site: Site): Promise<Finding> {
  const { status, headers } = await site.answer();
  if (status !== 401) return skipped(said('the registry wants no login for this', '仓库不要求登录'));
  const challenges = parseChallenges(headers.get('www-authenticate') ?? undefined);
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer === undefined)
    return challenges.some(({ scheme }) => scheme === 'basic')
      ? ok(said('none is needed: the registry takes name and password itself', '无需令牌服务：仓库直接校验用户名与密码'))
      : failed(said('the registry wants a login and does not say how', '仓库要求登录，却没有说明方式'), setPublicUrl);
  const realm = URL.parse(bearer.params['realm'] ?? '');
  if (realm === null || !/^https?:$/.test(realm.protocol) || (site.url.protocol === 'https:' && realm.protocol !== 'https:'))
    return failed(
      said(
        `${bearer.params['realm'] ?? ''} is no address for credentials${realm?.protocol === 'http:' ? ': they would leave TLS' : ''}`,
        `${bearer.params['realm'] ?? ''} 不能用于发送凭据${realm?.protocol === 'http:' ? '：会脱离 TLS' : ''}`,
      ),
      setPublicUrl,
    );
  if (bearer.params['service'] !== undefined) realm.searchParams.set('service', bearer.params['service']);
  return (await unreachable(realm, site)) ?? placeOf(realm, site);
}

async function unreachable(realm: URL, { connection }: Site): Promise<Finding | undefined> {
  const fix = said(
    `Tokens are issued at ${realm.origin}: longshore doctor ${realm.origin} looks at the way there. ${setPublicUrl.en}`,
    `令牌由 ${realm.origin} 签发：可执行 longshore doctor ${realm.origin} 检查。${setPublicUrl.zh}`,
  );
  try {
    const { status } = await headOf(realm, connection);
    return status === 404 || status >= 500
      ? failed(said(`${realm.origin}${realm.pathname} answers with ${status}`, `${realm.origin}${realm.pathname} 返回 ${status}`), fix)
      : undefined;
  } catch (error) {
    return failed(said(`${realm.origin}: ${reasonText(error)}`), fix);
  }
}

function placeOf(realm: URL, { url, connection }: Site): Finding {
  const place = `${realm.origin}${realm.pathname}`;
  if (realm.host === url.host || trustedRealmHosts(connection).includes(realm.host)) return ok(said(`${place} answers`, `${place} 有应答`));
  return warning(
    said(`tokens are issued at another host, ${realm.host}`, `令牌由另一台主机 ${realm.host} 签发`),
    said(
      `What is kept for ${url.host} goes there only after longshore login ${url.host} has found it, over TLS; until then this command stays anonymous. ${setPublicUrl.en}`,
      `为 ${url.host} 保存的凭据只有在 longshore login ${url.host} 通过 TLS 确认该主机后才会发往那里；在此之前本命令匿名访问。${setPublicUrl.zh}`,
    ),
  );
}

/** Whether what is kept logs in. */
export async function checkLogin({ connection }: Site): Promise<Finding> {
  if (connection.credential === undefined)
    return skipped(said(`nobody has logged in here: longshore login ${connection.url}`, `尚未登录：longshore login ${connection.url}`));
  try {
    if (!(await isLongshore(connection))) {
      await registryClientOf(connection).ping();
      return ok(said('the registry takes what is kept for it', '保存的凭据有效'));
    }
    const me = (await (await callOperation(operationOf('getMe'), { path: {} }, connection)).json()) as { name: string; credential: string };
    return ok(said(`you are ${me.name}, by ${me.credential}`, `当前身份是 ${me.name}（${me.credential}）`));
  } catch (error) {
    const isWrong = error instanceof Error && 'status' in error && error.status === 401;
    const id = error instanceof ApiProblem && error.requestId !== undefined ? ` (${error.requestId})` : '';
    return failed(
      said(`${error instanceof Error ? error.message : String(error)}${id}`),
      isWrong
        ? said('What is kept is wrong or over: longshore login again.', '保存的凭据有误或已失效：请重新执行 longshore login。')
        : said(
            'Look for what the message says; the log of the registry has more under the id of the request.',
            '请按提示排查；仓库日志中可按请求编号查到详情。',
          ),
    );
  }
}
