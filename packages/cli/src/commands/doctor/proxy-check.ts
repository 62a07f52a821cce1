import { type Finding, failed, ok, skipped } from './finding.ts';
import type { Site } from './site.ts';
import { openWay } from './way.ts';

/** Which proxy requests go through, and whether it lets them. */
export async function checkProxy(site: Site): Promise<Finding> {
  const { url, proxy } = site;
  if (proxy === undefined) return skipped('no proxy is set for this registry');
  const shown = `${proxy.url.protocol}//${proxy.url.host}`;
  const used = `requests go through ${shown} (${proxy.variable})`;
  // Node asks for a connection (CONNECT) in front of every registry, with TLS or without.
  const way = await openWay(site);
  if (typeof way === 'object') {
    way.destroy();
    return ok(used);
  }
  return failed(
    `${shown} (${proxy.variable}) opens no way to ${url.host}: ${way ?? 'no answer'}`,
    way === 407
      ? `It wants a login: write it into ${proxy.variable}, as in http://NAME:PASSWORD@${proxy.url.host}.`
      : `Ask whoever runs the proxy to let you to ${url.host}; if the registry is in your own network, add ${url.hostname} to NO_PROXY.`,
  );
}
