import type { Server, ServerOptions } from 'node:http';
import type { SecureVersion } from 'node:tls';
import type { Logger } from '../../registry/ports/logger.ts';
import { CertificateWatch } from './certificate-watch.ts';
import { type ClientTrust, type ClientTrustFiles, ClientTrustWatch, readClientTrust } from './client-trust.ts';
import type { Http2Limits } from './http2-sessions.ts';
import { checkKeyPair, type KeyPair, type KeyPairFiles, readKeyPair } from './key-pair.ts';
import { SecureServer } from './secure-server.ts';
import { ensureSelfSigned } from './self-signed.ts';

/** A certificate that may change, as it is served. */
export interface FollowedCertificate {
  readonly current: KeyPair;
  /** See `Tls.expiresAt`. */
  readonly expiresAt: number;
  /** Looks for a new one now. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** Where the certificate comes from: somebody gives it, the registry makes it for these host names in this directory, or it is in no file. */
export type CertificateSource =
  | KeyPairFiles
  | { readonly directory: string; readonly hosts: readonly string[] }
  | { readonly follow: (changed: (pair: KeyPair) => void) => Promise<FollowedCertificate> };

export interface TlsOptions {
  readonly source: CertificateSource;
  readonly minVersion: SecureVersion;
  readonly http2: Http2Limits | undefined;
  readonly handshakeTimeoutMs: number;
  /** Undefined: clients are not asked for certificates. */
  readonly clients: ClientTrustFiles | undefined;
  readonly logger: Logger;
}

/** TLS as configured, for as long as the server runs. */
export interface Tls {
  readonly createServer: (options: ServerOptions) => Server;
  /** When the served certificate ends, in milliseconds since 1970; 0 for a temporary one that clients refuse. */
  expiresAt(): number;
  /** Looks for a new certificate, and for what clients are trusted by, now. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

const dayMs = 24 * 60 * 60 * 1000;
const pollMs = 30_000;
const warnDays = 14;

/**
 * Opens the certificate, or makes it first, and follows its changes. Throws `TlsProblem` when there is none that can be
 * served.
 */
export async function openTls({ source, minVersion, http2, handshakeTimeoutMs, clients: files, logger }: TlsOptions): Promise<Tls> {
  const servers: SecureServer[] = [];
  const changed = (pair: KeyPair): void => {
    for (const server of servers) server.useKeyPair(pair);
  };
  const followed = await ('follow' in source ? source.follow(changed) : followFiles(source, { minVersion, logger, changed }));
  const clients = files && (await followClientTrust(files, servers, logger));
  return {
    createServer: (options) => {
      const server = new SecureServer(options, followed.current, { minVersion, http2, handshakeTimeoutMs, clients: clients?.current });
      servers.push(server);
      return server;
    },
    expiresAt: () => followed.expiresAt,
    reload: async () => {
      await Promise.all([followed.look(), clients?.look()]);
    },
    close: async () => {
      clients?.close();
      await followed.close();
    },
  };
}

async function followClientTrust(files: ClientTrustFiles, servers: readonly SecureServer[], logger: Logger): Promise<ClientTrustWatch> {
  const changed = (trust: ClientTrust): void => {
    for (const server of servers) server.useClientTrust(trust);
  };
  return new ClientTrustWatch(await readClientTrust(files), { files, logger, changed, pollMs, elapsed: () => performance.now() });
}

/** Watches files of the administrator, or the registry's own, which are renewed. */
async function followFiles(
  source: Exclude<CertificateSource, { readonly follow: unknown }>,
  { minVersion, logger, changed }: { minVersion: SecureVersion; logger: Logger; changed: (pair: KeyPair) => void },
): Promise<FollowedCertificate> {
  const files = 'hosts' in source ? await ownFiles(source, logger) : source;
  const first = checkKeyPair(await readKeyPair(files), files, minVersion);
  const watch = new CertificateWatch(first, { files, minVersion, logger, changed, pollMs });
  warnBeforeEnd(watch.current.certificate.validToDate, files, logger);
  const daily = setInterval(() => {
    warnBeforeEnd(watch.current.certificate.validToDate, files, logger);
    if ('hosts' in source)
      ownFiles(source, logger).catch((cause: unknown) => logger.error('The certificate cannot be renewed.', { cause }));
  }, dayMs);
  daily.unref();
  return {
    get current() {
      return watch.current;
    },
    get expiresAt() {
      return watch.current.certificate.validToDate.getTime();
    },
    look: () => watch.look(),
    close: async () => {
      clearInterval(daily);
      watch.close();
    },
  };
}

/** Makes or renews the registry's own certificate; the watch sees the change. */
async function ownFiles({ directory, hosts }: { directory: string; hosts: readonly string[] }, logger: Logger): Promise<KeyPairFiles> {
  const { pairFile, authorityFile, isNewAuthority } = await ensureSelfSigned(directory, hosts, new Date());
  if (isNewAuthority) {
    logger.warn('A new certificate authority was made: clients must trust it before they can connect (longshore ca --help says how).', {
      file: authorityFile,
      hosts,
    });
  }
  return { certFile: pairFile, keyFile: pairFile };
}

function warnBeforeEnd(end: Date, { certFile }: KeyPairFiles, logger: Logger): void {
  const days = Math.floor((end.getTime() - Date.now()) / dayMs);
  const fields = { file: certFile, validUntil: end.toISOString() };
  if (days < 0)
    logger.error('The TLS certificate has expired, and clients refuse it: replace the file, it is then read by itself.', fields);
  else if (days < warnDays)
    logger.warn('The TLS certificate expires soon: replace the file, it is then read by itself.', { ...fields, days });
}
