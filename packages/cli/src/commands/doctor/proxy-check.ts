import { said } from '../../language.ts';
import { type Finding, failed, ok, skipped } from './finding.ts';
import type { Site } from './site.ts';
import { openWay } from './way.ts';

/** Which proxy requests go through, and whether it lets them. */
export async function checkProxy(site: Site): Promise<Finding> {
  const { url, proxy } = site;
  if (proxy === undefined) return skipped(said('no proxy is set for this registry', '没有为该仓库设置代理'));
  const shown = `${proxy.url.protocol}//${proxy.url.host}`;
  const used = said(`requests go through ${shown} (${proxy.variable})`, `请求经由 ${shown}（${proxy.variable}）`);
  // Node asks for a connection (CONNECT) in front of every registry, with TLS or without.
  const way = await openWay(site);
  if (typeof way === 'object') {
    way.destroy();
    return ok(used);
  }
  return failed(
    said(
      `${shown} (${proxy.variable}) opens no way to ${url.host}: ${way ?? 'no answer'}`,
      `${shown}（${proxy.variable}）拒绝连接 ${url.host}：${way ?? '没有应答'}`,
    ),
    way === 407
      ? said(
          `It wants a login: write it into ${proxy.variable}, as in http://NAME:PASSWORD@${proxy.url.host}.`,
          `代理要求登录：请写入 ${proxy.variable}，如 http://用户名:密码@${proxy.url.host}。`,
        )
      : said(
          `Ask whoever runs the proxy to let you to ${url.host}; if the registry is in your own network, add ${url.hostname} to NO_PROXY.`,
          `请让代理的管理员放行 ${url.host}；若仓库在内网，请把 ${url.hostname} 加入 NO_PROXY。`,
        ),
  );
}
