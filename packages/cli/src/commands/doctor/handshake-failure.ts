import { said } from '../../language.ts';
import { type Finding, failed } from './finding.ts';
import { headOf, type Site } from './site.ts';

/** Why there is no TLS: what listens there speaks HTTP, or other TLS, or is no server at all. */
export async function handshakeFailure(error: Error, site: Site): Promise<Finding> {
  const code = 'code' in error ? String(error.code) : error.message;
  const { host } = site.url;
  if (await speaksPlainly(site)) {
    return failed(
      said(`${host} speaks HTTP without TLS`, `${host} 使用的是不带 TLS 的 HTTP`),
      said(
        `If that is meant, say http://${host}; otherwise let the registry serve TLS (--tls-cert-file, --tls-key-file), or ask at the port of the proxy that does.`,
        `若确实如此，请写 http://${host}；否则请为仓库启用 TLS（--tls-cert-file、--tls-key-file），或改用前置代理的 HTTPS 端口。`,
      ),
    );
  }
  const found = said(`the handshake failed: ${code}`, `握手失败：${code}`);
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code)) {
    return failed(
      found,
      said(
        'The server, or something before it, speaks only TLS that is too old: let it speak TLS 1.2 or 1.3.',
        '服务器或其前置设备只支持过旧的 TLS：请启用 TLS 1.2 或 1.3。',
      ),
    );
  }
  if (/UNRECOGNIZED_NAME|HANDSHAKE_FAILURE/.test(code)) {
    return failed(
      found,
      said(
        `The server has no certificate for the name ${site.url.hostname}, or demands one of you: ask by a name that it serves.`,
        `服务器没有 ${site.url.hostname} 的证书，或要求客户端出示证书：请改用它所服务的名称。`,
      ),
    );
  }
  return failed(
    found,
    said(
      'The connection was ended: a firewall or proxy that looks at names may forbid this one, or what listens there speaks no TLS at all.',
      '连接被中断：可能有按域名过滤的防火墙或代理，或该端口根本不使用 TLS。',
    ),
  );
}

/** Whether an answer comes to a request without TLS at the same port. It holds nothing but the path. */
async function speaksPlainly({ url, connection }: Site): Promise<boolean> {
  const plain = new URL('v2/', url);
  plain.port = url.port === '' ? '443' : url.port;
  plain.protocol = 'http:';
  try {
    const { status, headers } = await headOf(plain, connection);
    // Servers of TLS say so in the clear, with this status.
    return status !== 400 || headers.has('docker-distribution-api-version');
  } catch {
    return false;
  }
}
