import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Config } from './config/schema.ts';
import { createChallengeListener } from './http/challenge-listener.ts';
import type { ClientOrigins } from './http/connection-limits.ts';
import { CertificateKeeper } from './http/tls/acme/certificate-keeper.ts';
import type { ChallengeDoor } from './http/tls/acme/challenge-door.ts';
import { dnsDoor } from './http/tls/acme/dns-door.ts';
import { httpDoor } from './http/tls/acme/http-door.ts';
import type { KeyPair } from './http/tls/key-pair.ts';
import { createSecretBox } from './identity/secret-box.ts';
import { loadOrCreateSecretKey } from './identity/secret-key.ts';
import { Counter } from './observability/counter.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Backends } from './open-backends.ts';
import { trustedAuthorities } from './outgoing/trusted-authorities.ts';
import type { Logger } from './registry/ports/logger.ts';

/** A certificate of an authority, for as long as the server runs. */
export interface Acme {
  /** What TLS serves: see `CertificateSource`. */
  follow(changed: (pair: KeyPair) => void): Promise<CertificateKeeper>;
  /** Opens the plain port for proofs, where there is one, and begins to ask the authority. */
  start(): Promise<void>;
  stop(): void;
}

/** Between looks at what other replicas have got: one small read. */
const pollMs = 5000;
const leaseMs = 6000;
/** A hook may have to wait for name servers itself. */
const hookTimeoutMs = 10 * 60_000;

/** What gets the certificate of `tls.acme.names`. */
export async function composeAcme(
  config: Config,
  { metadata, logger }: Backends,
  metrics: Metrics,
  { clients, version }: { readonly clients: ClientOrigins; readonly version: string },
): Promise<Acme> {
  const { acme, minVersion } = config.tls;
  const door = challengeDoor(config, metadata, logger);
  const help = 'Attempts of this process to get a TLS certificate from its authority.';
  const attempts = new Counter('registry_certificate_attempts_total', help, 'outcome', ['issued', 'failed']);
  metrics.add(() => [attempts.family()]);
  const options = {
    store: metadata,
    secrets: createSecretBox(await loadOrCreateSecretKey(config.secrets.keyFile), 'acme'),
    logger,
    now: Date.now,
    holder: randomUUID(),
    directory: acme.directory,
    email: acme.email,
    names: [...new Set(acme.names)].toSorted(),
    profile: acme.profile,
    door,
    authorities: await trustedAuthorities(acme.authorityFile, 'tls.acme.authorityFile'),
    userAgent: `longshore/${version}`,
    minVersion: `TLSv${minVersion}` as const,
    pollMs,
    leaseMs,
    attempted: (outcome: 'issued' | 'failed') => attempts.add(outcome),
  };
  const listener =
    door.type === 'http-01'
      ? createChallengeListener({
          find: (token) => metadata.findHttpChallenge(token, Date.now()),
          names: options.names,
          securePort: portOf(config),
          limits: config.limits,
          clients,
          refusedConnection: () => metrics.refusedConnection(),
          logger,
          isShared: config.workers !== 1,
        })
      : undefined;
  let keeper: CertificateKeeper | undefined;
  return {
    follow: async (changed) => {
      keeper = await CertificateKeeper.open(options, changed);
      return keeper;
    },
    start: async () => {
      if (listener !== undefined) await opened(config, (host, port) => listener.listen(host, port));
      keeper?.start();
    },
    stop: () => listener?.close(),
  };
}

function challengeDoor(config: Config, metadata: Backends['metadata'], logger: Logger): ChallengeDoor {
  const { dnsHook: program, dnsWaitSeconds } = config.tls.acme;
  if (program === undefined) return httpDoor(metadata, Date.now);
  return dnsDoor({ program, waitMs: dnsWaitSeconds * 1000, timeoutMs: hookTimeoutMs, logger });
}

/** The port that clients use. */
function portOf({ publicUrl, listen }: Config): number {
  const port = publicUrl === undefined ? '' : new URL(publicUrl).port;
  return port !== '' ? Number(port) : publicUrl === undefined ? listen.port : 443;
}

async function opened({ tls }: Config, listen: (host: string | undefined, port: number) => Promise<AddressInfo>): Promise<void> {
  const { host, port } = tls.acme.httpListen;
  try {
    await listen(host, port);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const fix = 'choose another with tls.acme.httpListen, to which port 80 of your names is forwarded, or use tls.acme.challenge: dns-hook';
    throw new Error(`The plain port for certificate authorities, ${host ?? '*'}:${port}, cannot be opened (${reason}): ${fix}.`, { cause });
  }
}
