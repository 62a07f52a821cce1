import { said } from '../../language.ts';
import { certificateVerdict } from './certificate-verdict.ts';
import { type Finding, failed, skipped, warning } from './finding.ts';
import { firstOf } from './first-of.ts';
import { handshakeFailure } from './handshake-failure.ts';
import { endpointOf, patienceMs, type Site } from './site.ts';
import { handshake } from './way.ts';

/** Whether the certificate is trusted and for this name. */
export async function checkTls(site: Site): Promise<Finding> {
  const { hostname } = endpointOf(site.url);
  if (site.url.protocol === 'http:') return checkPlain(hostname);
  const socket = await handshake(site);
  try {
    const outcome = await firstOf(socket, 'secureConnect');
    if (outcome === 'ready') return certificateVerdict(socket, hostname);
    if (outcome === 'silent')
      return failed(
        said(`no handshake within ${patienceMs / 1000} s`, `${patienceMs / 1000} 秒内没有完成握手`),
        said('Something on the way lets TCP through and no TLS: a proxy or firewall.', '途中有代理或防火墙放行了 TCP，却拦截了 TLS。'),
      );
    return await handshakeFailure(outcome, site);
  } finally {
    socket.destroy();
  }
}

function checkPlain(hostname: string): Finding {
  if (/^(127\.|::1$|localhost$|.*\.localhost$)/.test(hostname))
    return skipped(said('spoken to in the clear, on this machine', '明文访问，仅限本机'));
  return warning(
    said('the registry is spoken to in the clear', '正在以明文访问仓库'),
    said(
      'Passwords and images can be read and changed on the way: serve it over TLS.',
      '密码与镜像可能在途中被窃取或篡改：请为仓库启用 TLS。',
    ),
  );
}
