import { join } from 'node:path';
import program from '../package.json' with { type: 'json' };
import type { Acme } from './compose-acme.ts';
import type { Config } from './config/schema.ts';
import { speaksHttps } from './config/tls-settings.ts';
import { Origins } from './http/client-address.ts';
import type { ClientTrustFiles } from './http/tls/client-trust.ts';
import type { CertificateSource, Tls } from './http/tls/tls.ts';
import { clientNetwork } from './identity/client-network.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Backends } from './open-backends.ts';

/** TLS, and what looks after its certificate. */
export interface ServedTls extends Tls {
  /** Begins to ask the authority that issues the certificate, where there is one. */
  start(): Promise<void>;
}

/** Where the registry keeps certificates that it makes for itself. */
export const certificateDirectory = ({ data }: Config): string => join(data, 'tls');

/** TLS when it is configured; what it needs is loaded only then. */
export async function composeTls(config: Config, backends: Backends, metrics: Metrics): Promise<ServedTls | undefined> {
  const { minVersion, http2 } = config.tls;
  const { headerBytes, headerTimeoutSeconds, idleTimeoutSeconds } = config.limits;
  if (!speaksHttps(config.tls)) return undefined;
  const { openTls } = await import('./http/tls/tls.ts');
  const acme = await composeAcmeIfAsked(config, backends, metrics);
  const tls = await openTls({
    source: acme ?? fileSource(config),
    minVersion: `TLSv${minVersion}`,
    http2: http2 ? { headerBytes, idleTimeoutMs: idleTimeoutSeconds * 1000 } : undefined,
    handshakeTimeoutMs: headerTimeoutSeconds * 1000,
    clients: clientTrustFiles(config),
    logger: backends.logger,
  });
  return {
    ...tls,
    start: async () => acme?.start(),
    close: async () => {
      acme?.stop();
      await tls.close();
    },
  };
}

function clientTrustFiles({ tls: { clientCertificates, clientAuthorities, clientRevocations } }: Config): ClientTrustFiles | undefined {
  if (clientCertificates === 'off' || clientAuthorities === undefined) return undefined;
  return { authoritiesFile: clientAuthorities, revocationFiles: clientRevocations };
}

function fileSource(config: Config): CertificateSource {
  const { certFile, keyFile, selfSigned: hosts } = config.tls;
  return certFile === undefined ? { directory: certificateDirectory(config), hosts } : { certFile, keyFile: keyFile ?? certFile };
}

async function composeAcmeIfAsked(config: Config, backends: Backends, metrics: Metrics): Promise<Acme | undefined> {
  if (config.tls.acme.names.length === 0) return undefined;
  const { composeAcme } = await import('./compose-acme.ts');
  const origins = new Origins(config.trustedProxies, config.publicUrl);
  const clients = { networkOf: clientNetwork, isShared: (address: string) => origins.isTrustedProxy(address) };
  return composeAcme(config, backends, metrics, { clients, version: program.version });
}
