import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import program from '../package.json' with { type: 'json' };
import { createAuthorizer } from './access/authorizer.ts';
import type { Config } from './config/schema.ts';
import type { GarbageDeps } from './features/garbage-collection/collect-garbage.ts';
import { createFeatures } from './features/index.ts';
import { createHealthPages, type HealthCheck } from './http/health-pages.ts';
import { createListener, type Listener, type ListenerDeps } from './http/listener.ts';
import type { Page } from './http/page.ts';
import { authorityName } from './http/tls/authority-name.ts';
import type { Tls } from './http/tls/tls.ts';
import { tokenPath } from './http/token-endpoint.ts';
import { TransferWatch } from './http/transfer-watch.ts';
import { createIdentity, type Identity } from './identity/create-identity.ts';
import { loadOrCreateSecretKey } from './identity/secret-key.ts';
import { startOutbox } from './jobs/outbox.ts';
import { startSchedule } from './jobs/schedule.ts';
import { type Log, openLog } from './observability/logger.ts';
import { metricsContentType } from './observability/metric-family.ts';
import { activityFamilies, certificateFamilies, type Metrics } from './observability/metrics.ts';
import { startTelemetry, type Telemetry } from './observability/telemetry.ts';
import { WriteMetrics } from './observability/write-metrics.ts';
import { ManifestReader } from './parsing/manifest-reader.ts';
import type { HostWriter } from './processes/writer-keeper.ts';
import { BlobStores } from './registry/blob-stores.ts';
import { createRegistry } from './registry/create-registry.ts';
import { armFailpoint } from './registry/failpoints.ts';
import type { Authorizer } from './registry/ports/authorizer.ts';
import type { BlobStore } from './registry/ports/blob-store.ts';
import type { EventSubscriber } from './registry/ports/event-subscriber.ts';
import type { GarbageReport } from './registry/ports/garbage-store.ts';
import type { Logger } from './registry/ports/logger.ts';
import type { MetadataStore } from './registry/ports/metadata-store.ts';
import type { ScheduledJob } from './registry/ports/scheduled-job.ts';
import type { WriteObserver } from './registry/ports/write-observer.ts';
import { lowDiskSpace } from './storage/filesystem/disk-space.ts';

/** Per process; PostgreSQL allows 100 in all by default. */
const postgresConnections = 10;
const databaseFile = 'longshore.db';

const hourMs = 60 * 60 * 1000;

/** What holds state: every command opens it, the server adds the rest. */
export interface Backends {
  readonly metadata: MetadataStore;
  readonly stores: ReadonlyMap<string, BlobStore>;
  readonly log: Log;
  readonly writes: WriteMetrics;
  readonly logger: Logger;
  close(): Promise<void>;
}

/** A server that has not opened its port yet. */
export interface Server {
  readonly listener: Listener;
  /** Starts background work; returns how to stop it. */
  start(): Promise<void>;
  /** Looks for a new TLS certificate now, where it is not already known. */
  reload(): Promise<void>;
  /** Finishes running requests for at most `graceMs`, then lets go of everything. `idleMs`: see `Listener.drain`. */
  stop(graceMs: number, idleMs: number): Promise<void>;
}

/** Where the registry keeps certificates that it makes for itself. */
const certificateDirectory = ({ data }: Config) => join(data, 'tls');

/** Where the certificate of its own authority is, when there is one. */
export function authorityFile(config: Config): string {
  return join(certificateDirectory(config), authorityName);
}

/** Whether there is a registry to open; a database server is asked when it is opened, so it counts as one. */
export function hasRegistry({ metadata, data }: Config): boolean {
  return metadata.kind !== 'sqlite' || existsSync(join(data, databaseFile));
}

/** Starts the process that writes to SQLite for every worker of this host; it listens at `socket`. */
export type StartWriter = (config: Config, socket: string) => Promise<HostWriter>;

/** See `StartWriter`; creates the data directory and migrates the database when needed. */
export const startWriter: StartWriter = async ({ data, durability, failpoint }, socket) => {
  await makeDataDirectory(data);
  const { startWriterProcess } = await import('./metadata/sqlite/start-writer-process.ts');
  return startWriterProcess({ path: join(data, databaseFile), durability, failpoint, socket });
};

/**
 * Opens database and blob store; creates the data directory and migrates the database when needed. Writes to SQLite go to the writer
 * process at `writerSocket`, when there is one.
 */
export async function openBackends(config: Config, writerSocket?: string): Promise<Backends> {
  if (config.failpoint !== undefined) armFailpoint(config.failpoint);
  const log = openLog(config.log);
  await makeDataDirectory(config.data);
  const writes = new WriteMetrics();
  const metadata = await openMetadata(config, writes, writerSocket);
  const holdsContent = (await metadata.listRepositories({ kind: 'everything' }, { limit: 1 })).items.length > 0;
  const stores = new Map([['default', await openStore(config, holdsContent)]]);
  return {
    metadata,
    stores,
    log,
    writes,
    logger: log.logger,
    close: async () => {
      await Promise.all([...stores.values()].map((store) => store.close()));
      await metadata.close();
      await log.flush();
    },
  };
}

async function makeDataDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o750 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The data directory '${path}' cannot be made: ${reason}. Allow it to this user, or choose another with --data.`, {
      cause: error,
    });
  }
}

/** What garbage collection needs, for the server and for `longshore gc`. */
export function garbageDeps(config: Config, { metadata, stores, logger }: Backends): GarbageDeps {
  const policy = {
    graceMs: config.gc.graceHours * hourMs,
    uploadExpiryMs: config.uploads.expireHours * hourMs,
    untagged: config.gc.untagged,
    untaggedAfterMs: config.gc.untaggedAfterHours * hourMs,
    batchSize: 100,
  };
  return { garbage: metadata, events: metadata, leases: metadata, stores, logger, clock: Date.now, policy };
}

async function composeIdentity(
  config: Config,
  { metadata, logger }: Backends,
  authorizer: Authorizer,
  { refusedLogin }: Metrics,
): Promise<Identity> {
  return createIdentity({
    accounts: metadata,
    authorizer,
    secretKey: await loadOrCreateSecretKey(config.secrets.keyFile),
    issuer: config.tokens.issuer ?? 'longshore',
    service: config.tokens.service ?? (config.publicUrl === undefined ? 'longshore' : new URL(config.publicUrl).host),
    lifetimeSeconds: config.tokens.lifetimeSeconds,
    now: Date.now,
    report: (message, error) => logger.warn(message, { error }),
    refused: refusedLogin,
  });
}

/** Builds a server over opened backends. Read top to bottom: every object is made here and nowhere else. */
export async function composeServer(config: Config, backends: Backends): Promise<Server> {
  const { metadata, stores, log, writes, logger } = backends;
  const telemetry = await startTelemetry({ log, inventory: metadata, version: program.version, tracing: config.tracing });
  const { metrics } = telemetry;
  const authorizer = createAuthorizer({ accounts: metadata, anonymous: config.anonymous });
  const identity = await composeIdentity(config, backends, authorizer, metrics);
  const graceMs = config.gc.graceHours * hourMs;
  const manifests = new ManifestReader();
  const core = createRegistry({
    content: metadata,
    stores: new BlobStores(stores),
    logger,
    readLargeManifest: manifests.read,
    now: Date.now,
    graceMs,
  });
  const watch = new TransferWatch(config.limits.minBytesPerSecond);
  const tls = await composeTls(config, logger);
  const listener = createListener({
    dataPath: {
      registry: core.registry,
      authorizer,
      authenticator: identity.authenticator,
      watch,
      limits: requestLimits(config),
      tokenPath,
      service: identity.service,
      openToAll: config.anonymous === 'push',
      ownHosts: config.publicUrl === undefined ? [] : [new URL(config.publicUrl).host],
    },
    tokens: { authenticator: identity.authenticator, tokens: identity.tokens, service: identity.service, watch },
    limits: listenerLimits(config),
    trustedProxies: config.trustedProxies,
    publicUrl: config.publicUrl,
    logger,
    pages: createPages(config, backends, telemetry),
    observe: telemetry.observe,
    refusedConnection: () => metrics.refusedConnection(),
    ...(tls === undefined ? {} : { createHttpServer: tls.createServer }),
  });
  metrics.add(() => writes.families());
  metrics.add(() => activityFamilies(listener.activity()));
  if (tls !== undefined) metrics.add(() => certificateFamilies(tls.expiresAt()));
  const background = createBackground(config, backends, identity, metrics);
  return {
    listener,
    start: () => background.start(),
    reload: async () => tls?.reload(),
    stop: async (graceMs, idleMs) => {
      await listener.drain(graceMs, idleMs);
      tls?.close();
      watch.close();
      await background.stop();
      await core.close();
      await manifests.close();
      await telemetry.close();
      await backends.close();
    },
  };
}

/** TLS when it is configured; what it needs is loaded only then. */
async function composeTls(config: Config, logger: Logger): Promise<Tls | undefined> {
  const { tls, limits } = config;
  const { certFile, keyFile, selfSigned: hosts, minVersion, http2 } = tls;
  if (certFile === undefined && hosts.length === 0) return undefined;
  const { openTls } = await import('./http/tls/tls.ts');
  const headersTimeoutMs = limits.headerTimeoutSeconds * 1000;
  return openTls({
    source: certFile === undefined ? { directory: certificateDirectory(config), hosts } : { certFile, keyFile: keyFile ?? certFile },
    minVersion: `TLSv${minVersion}`,
    http2: http2 ? { headerBytes: limits.headerBytes, idleTimeoutMs: limits.idleTimeoutSeconds * 1000 } : undefined,
    handshakeTimeoutMs: headersTimeoutMs,
    logger,
  });
}

function requestLimits({ limits, deletion }: Config): ListenerDeps['dataPath']['limits'] {
  return { manifestBytes: limits.manifestBytes, uploadBytes: limits.uploadBytes ?? Number.MAX_SAFE_INTEGER, deletion: deletion.enabled };
}

function listenerLimits({ limits }: Config): ListenerDeps['limits'] {
  return {
    headerBytes: limits.headerBytes,
    connections: limits.connections,
    connectionsPerAddress: limits.connectionsPerAddress,
    headersTimeoutMs: limits.headerTimeoutSeconds * 1000,
    idleTimeoutMs: limits.idleTimeoutSeconds * 1000,
  };
}

// Adapters are imported when the configuration names them: the clients of a database server and of S3 cost as much time and memory
// at start as all the rest.

async function openMetadata(
  { metadata, data, durability, failpoint }: Config,
  observer: WriteObserver,
  writerSocket: string | undefined,
): Promise<MetadataStore> {
  if (metadata.kind === 'postgres') {
    const { openPostgresMetadata } = await import('./metadata/postgres/postgres-metadata.ts');
    return openPostgresMetadata({ url: metadata.url, maxConnections: postgresConnections, observer });
  }
  const { openSqliteMetadata } = await import('./metadata/sqlite/sqlite-metadata.ts');
  const path = join(data, databaseFile);
  return openSqliteMetadata({ path, durability, failpoint, writerSocket, observer });
}

async function openStore({ store, data, durability }: Config, mustExist: boolean): Promise<BlobStore> {
  if (store.kind === 'filesystem') {
    const { openFilesystemStore } = await import('./storage/filesystem/filesystem-store.ts');
    return openFilesystemStore({ directory: data, durability, mustExist });
  }
  const { openS3Store } = await import('./storage/s3/s3-store.ts');
  const { kind: _kind, ...bucket } = store;
  return openS3Store(bucket);
}

/** Metrics, and health for load balancers: alive, and able to read and write. */
function createPages(config: Config, { metadata, stores, logger }: Backends, telemetry: Telemetry): ListenerDeps['pages'] {
  const checks: HealthCheck[] = [
    {
      name: 'database',
      look: async () => {
        await metadata.probe();
        await metadata.listRepositories({ kind: 'everything' }, { limit: 1 });
        return undefined;
      },
    },
    ...[...stores].map(([name, store]) => ({ name: `store ${name}`, look: () => store.probe().then(() => undefined) })),
  ];
  const onDisk = config.store.kind === 'filesystem' || config.metadata.kind === 'sqlite';
  if (onDisk) checks.push({ name: 'disk', look: () => lowDiskSpace(config.data) });
  const page: Page = async () => ({ status: 200, contentType: metricsContentType, body: await telemetry.renderMetrics() });
  return new Map([['/metrics', page], ...createHealthPages(checks, logger)]);
}

/** Scheduled jobs and the delivery of events, under this process's own name. */
function createBackground(
  config: Config,
  backends: Backends,
  identity: Identity,
  metrics: Metrics,
): { start(): Promise<void>; stop(): Promise<void> } {
  const { metadata, logger } = backends;
  const holder = randomUUID();
  const features = createFeatures({
    garbage: garbageDeps(config, backends),
    garbageCron: config.gc.schedule === 'off' ? undefined : config.gc.schedule,
  });
  const garbageCounter: EventSubscriber = {
    name: 'metrics',
    handle: async (event) => {
      if (event.type === 'gc.finished') metrics.garbageCollected(event.data as unknown as GarbageReport);
    },
  };
  const keyUpkeep: ScheduledJob = { name: 'signing-keys', cron: '41 * * * *', run: () => identity.maintainKeys() };
  const stops: (() => Promise<void>)[] = [];
  return {
    start: async () => {
      await identity.maintainKeys();
      const jobs = [keyUpkeep, ...features.flatMap((feature) => feature.jobs ?? [])].map((job) => metrics.countRuns(job));
      const schedules = jobs.map((job) => startSchedule(job, { leases: metadata, logger, clock: Date.now, holder, leaseMs: 60_000 }));
      const outbox = startOutbox({
        events: metadata,
        subscribers: [garbageCounter, ...features.flatMap((feature) => feature.subscribers ?? [])],
        logger,
        clock: Date.now,
        claimant: holder,
        pollMs: 1000,
        leaseMs: 60_000,
        batchSize: 100,
      });
      stops.push(...schedules.map((schedule) => () => schedule.stop()), () => outbox.stop());
    },
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
