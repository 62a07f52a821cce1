import { type Finding, failed } from './finding.ts';
import { headOf, type Site } from './site.ts';

/** Why there is no TLS: what listens there speaks HTTP, or other TLS, or is no server at all. */
export async function handshakeFailure(error: Error, site: Site): Promise<Finding> {
  const code = 'code' in error ? String(error.code) : error.message;
  const { host } = site.url;
  if (await speaksPlainly(site)) {
    return failed(
      `${host} speaks HTTP without TLS`,
      `If that is meant, say http://${host}; otherwise let the registry serve TLS (--tls-cert-file, --tls-key-file), or ask at the port of the proxy that does.`,
    );
  }
  const found = `the handshake failed: ${code}`;
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code)) {
    return failed(found, 'The server, or something before it, speaks only TLS that is too old: let it speak TLS 1.2 or 1.3.');
  }
  if (/UNRECOGNIZED_NAME|HANDSHAKE_FAILURE/.test(code)) {
    return failed(
      found,
      `The server has no certificate for the name ${site.url.hostname}, or demands one of you: ask by a name that it serves.`,
    );
  }
  return failed(
    found,
    'The connection was ended: a firewall or proxy that looks at names may forbid this one, or what listens there speaks no TLS at all.',
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
