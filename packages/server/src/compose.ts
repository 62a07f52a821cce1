import { join } from 'node:path';
import program from '../package.json' with { type: 'json' };
import { AddressAuthorizer } from './access/address-authorizer.ts';
import { apiRoutes } from './api-routes.ts';
import { composeAudit, composeAuditTrail } from './compose-audit.ts';
import { createBackground } from './compose-background.ts';
import { comparisonDeps, searchIndexDeps } from './compose-content-readers.ts';
import { loadTrustRules, trustableIssuers } from './compose-federation.ts';
import { composeIdentity } from './compose-identity.ts';
import { composeAccess } from './compose-kubernetes.ts';
import { composeOverseeing } from './compose-overseeing.ts';
import { composeRates } from './compose-rates.ts';
import { certificateDirectory, composeTls } from './compose-tls.ts';
import { composeWebhooks } from './compose-webhooks.ts';
import type { LoadedConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import { projectsOf } from './config/store-conflicts.ts';
import type { Feature } from './features/feature.ts';
import type { GarbageDeps } from './features/garbage-collection/collect-garbage.ts';
import { createFeatures } from './features/index.ts';
import type { InspectionFeatureDeps } from './features/inspection/inspection-feature.ts';
import type { OverseeingDeps } from './features/overseeing/overseeing-deps.ts';
import type { PromotionFeatureDeps } from './features/promotion/promotion-feature.ts';
import type { RetentionFeatureDeps } from './features/retention/enqueue-run.ts';
import type { MoveDeps } from './features/store-move/move-deps.ts';
import { UploadHashes } from './hashing/upload-hashes.ts';
import { createApi } from './http/api/mount.ts';
import { createConsole } from './http/console/serve-console.ts';
import { createHealthPages, type HealthCheck } from './http/health-pages.ts';
import { createListener, type Listener, type ListenerDeps } from './http/listener.ts';
import { describeFileShortage, openFileLimit } from './http/open-file-limit.ts';
import type { Page } from './http/page.ts';
import { createSignIn } from './http/sign-in/mount.ts';
import { authorityName } from './http/tls/authority-name.ts';
import type { Tls } from './http/tls/tls.ts';
import { tokenPath } from './http/token-endpoint.ts';
import { TransferWatch } from './http/transfer-watch.ts';
import { Admissions } from './http/v2/admissions.ts';
import { createAccountService } from './identity/account-service.ts';
import { clientNetwork } from './identity/client-network.ts';
import { robotSecrets } from './identity/random-secret.ts';
import { LayerIndexes } from './layers/layer-indexes.ts';
import type { CoreRouteDeps } from './management/routes/index.ts';
import { backendFamilies } from './observability/backend-metrics.ts';
import { diskCacheFamilies, memoryCacheFamilies, metadataCacheFamilies } from './observability/cache-metrics.ts';
import { metricsContentType } from './observability/metric-family.ts';
import { activityFamilies, certificateFamilies, type Metrics } from './observability/metrics.ts';
import { startTelemetry, type Telemetry } from './observability/telemetry.ts';
import type { Backends } from './open-backends.ts';
import { storesOnS3 } from './open-stores.ts';
import { ManifestReader } from './parsing/manifest-reader.ts';
import { giveMemoryBack } from './processes/give-memory-back.ts';
import { BlobStores } from './registry/blob-stores.ts';
import { createRegistry } from './registry/create-registry.ts';
import { ExpiryNotices } from './registry/expiry-notices.ts';
import { type Agent, systemAgent } from './registry/ports/agent.ts';
import type { Authorizer } from './registry/ports/authorizer.ts';
import type { BlobSource } from './registry/ports/blob-source.ts';
import type { Logger } from './registry/ports/logger.ts';
import type { QuotaLimits } from './registry/ports/quota-store.ts';
import type { RequestObserver } from './registry/ports/request-observer.ts';
import type { SignInService } from './registry/ports/sign-in-service.ts';
import { PullCounter } from './registry/pull-counter.ts';
import { Quotas } from './registry/quotas.ts';
import type { Registry } from './registry/registry.ts';
import { storeByRules } from './registry/store-rules.ts';
import { BlobCache } from './storage/blob-cache/blob-cache.ts';
import { lowDiskSpace } from './storage/filesystem/disk-space.ts';

/** Whole milliseconds, whatever share of an hour was set: PostgreSQL takes nothing else for an instant. */
const inMs = (hours: number): number => Math.round(hours * 60 * 60 * 1000);

/** Where the console is built: beside this package in a checkout, and in whatever ships both. */
const consoleDirectory = join(import.meta.dirname, '../../console/dist');

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

/** Where the certificate of its own authority is, when there is one. */
export function authorityFile(config: Config): string {
  return join(certificateDirectory(config), authorityName);
}

/** What garbage collection needs, for the server and for `longshore gc`. */
export function garbageDeps(config: Config, { metadata, stores, logger }: Backends, by: Agent): GarbageDeps {
  const policy = {
    graceMs: inMs(config.gc.graceHours),
    uploadExpiryMs: inMs(config.uploads.expireHours),
    untagged: config.gc.untagged,
    untaggedAfterMs: inMs(config.gc.untaggedAfterHours),
    batchSize: 200,
  };
  return { garbage: metadata, runs: metadata, events: metadata, leases: metadata, stores, logger, by, clock: Date.now, policy };
}

/** What retention needs, for the server and for `longshore cleanup`. */
export function retentionDeps(config: Config, { metadata, logger }: Backends): RetentionFeatureDeps {
  return { retention: metadata, jobs: metadata, leases: metadata, logger, clock: Date.now, graceMs: inMs(config.gc.graceHours) };
}

/** Builds a server over opened backends. Read top to bottom: every object is made here and nowhere else. */
export async function composeServer(loaded: LoadedConfig, backends: Backends): Promise<Server> {
  const { config } = loaded;
  const { metadata, log, logger } = backends;
  const telemetry = await startTelemetry({ log, inventory: metadata, version: program.version, tracing: config.tracing });
  const { metrics } = telemetry;
  const { clusters, authorizer: everywhere } = await composeAccess(config, backends);
  // Outermost: whatever else may allow something does so only to those who come from where they may.
  const authorizer = new AddressAuthorizer(everywhere, metadata);
  const { identity, signIn, jobs } = await composeIdentity(config, backends, authorizer, metrics, clusters);
  const core = await composeCore(config, backends, metrics);
  const watch = new TransferWatch(config.limits.minBytesPerSecond);
  const pulls = new PullCounter({ pulls: metadata, logger, now: Date.now, onQuotaRefusal: metrics.refusedByQuota });
  const tls = await composeTls(config, backends, metrics);
  const layers = composeLayers(config, backends);
  const inspection = { registry: core.registry, content: metadata, layers, pulls };
  const overseeing = composeOverseeing(loaded, backends, authorizer, tls);
  const features = await composeFeatures(config, backends, metrics, authorizer, { inspection, overseeing });
  const auditor = composeAuditTrail(backends, metrics);
  const { subjectRates, ...rates } = composeRates(config, metrics);
  const { authenticator, tokens, service } = identity;
  const shared = { auditor, authenticator, subjectRates, watch };
  const sessions = { sessions: signIn, plainPublicUrl: config.publicUrl?.startsWith('http:') ?? false };
  const api = createApi({
    routes: async () => apiRoutes(coreRouteDeps(config, backends, authorizer, core.registry, await signIn()), features),
    ...{ ...shared, ...sessions, authorizer, logger, onLoaded: giveMemoryBack },
  });
  const listener = createListener({
    dataPath: { ...shared, ...dataPathParts(config, backends), registry: core.registry, authorizer, pulls, tokenPath, service },
    api: api.serve,
    tokens: { ...shared, tokens, service, devices: async () => (await signIn()).devices },
    console: createConsole({ directory: consoleDirectory, onPage: api.load }),
    signIn: createSignIn({ ...shared, ...sessions, service: signIn, logger, clock: Date.now }),
    ...listenerSettings(config, logger),
    ...rates,
    logger,
    pages: createPages(config, backends, telemetry),
    observe: bothOf(telemetry.observe, auditor.observe),
    refusedConnection: () => metrics.refusedConnection(),
    ...(tls === undefined ? {} : { createHttpServer: tls.createServer }),
  });
  addFigures(metrics, backends, listener, tls);
  const background = createBackground(backends, features, identity, metrics, jobs);
  return {
    listener,
    start: async () => {
      await metadata.setQuotaDefaults(quotaDefaults(config));
      await background.start();
      await tls?.start();
    },
    reload: async () => tls?.reload(),
    stop: async (graceMs, idleMs) => {
      await listener.drain(graceMs, idleMs);
      await tls?.close();
      watch.close();
      await background.stop();
      for (const part of [auditor, layers, core, pulls, telemetry, backends]) await part.close();
    },
  };
}

/** What the parts say of themselves whenever metrics are read. */
function addFigures(metrics: Metrics, backends: Backends, listener: Listener, tls: Tls | undefined): void {
  metrics.add(() => [...backends.writes.families(), ...metadataCacheFamilies(backends.metadataCache?.())]);
  metrics.add(() => backendFamilies(awayBackends(backends)));
  metrics.add(() => activityFamilies(listener.activity()));
  if (tls !== undefined) metrics.add(() => certificateFamilies(tls.expiresAt()));
}

function coreRouteDeps(
  config: Config,
  backends: Backends,
  authorizer: Authorizer,
  registry: Registry,
  { factors }: SignInService,
): CoreRouteDeps {
  const { metadata } = backends;
  const projectStores = blobStores(config, backends);
  return {
    metadata,
    authorizer,
    registry,
    accounts: createAccountService(metadata, Date.now),
    factors,
    deletion: config.deletion.enabled,
    storeOf: (project) => projectStores.forNew(project),
    clock: Date.now,
  };
}

function bothOf(one: RequestObserver, other: RequestObserver): RequestObserver {
  return (record) => {
    one(record);
    other(record);
  };
}

/** The limits that new projects begin with. */
function quotaDefaults({ quota }: Config): QuotaLimits {
  const { defaultBytes, defaultTags, defaultPullBytesPerDay } = quota;
  return { bytes: defaultBytes ?? null, tags: defaultTags ?? null, pullBytesPerDay: defaultPullBytesPerDay ?? null };
}

/** Whether what lies beyond a network is away, by the names that readiness has for it. */
function awayBackends({ isDatabaseAway, stores }: Backends): ReadonlyMap<string, boolean> {
  const away = new Map<string, boolean>();
  if (isDatabaseAway !== undefined) away.set('database', isDatabaseAway());
  for (const [name, store] of stores) if (store.isAway !== undefined) away.set(`store ${name}`, store.isAway());
  return away;
}

/** The stores, and on which of them new projects live. */
function blobStores({ mirrorRepositories }: Config, { stores }: Backends): BlobStores {
  const rules = mirrorRepositories.map((entry) => ({ store: entry.name, projects: projectsOf(entry) }));
  return new BlobStores(stores, storeByRules(rules));
}

/** What `longshore store` works on. */
export function moveDeps(config: Config, backends: Backends, by: Agent): MoveDeps {
  const { metadata, logger } = backends;
  const stores = blobStores(config, backends);
  return { projects: metadata, content: metadata, leases: metadata, stores, logger, by, clock: Date.now };
}

/** The registry, and the threads that do for it what would hold up other requests. */
async function composeCore(config: Config, backends: Backends, metrics: Metrics): Promise<ReturnType<typeof createRegistry>> {
  const manifests = new ManifestReader();
  const hashes = new UploadHashes();
  const { registry, close } = createRegistry({
    content: backends.metadata,
    ...(await composeBlobSources(config, backends, metrics)),
    logger: backends.logger,
    startHash: hashes.start,
    readLargeManifest: manifests.read,
    now: Date.now,
    graceMs: inMs(config.gc.graceHours),
    onQuotaRefusal: metrics.refusedByQuota,
  });
  const closeAll = async (): Promise<void> => {
    await close();
    await hashes.close();
    await manifests.close();
  };
  return { registry, close: closeAll };
}

/** The stores, and unless they are off the caches before them: of those on S3 on disk, of small blobs in memory. */
async function composeBlobSources(
  config: Config,
  backends: Backends,
  metrics: Metrics,
): Promise<{ stores: BlobStores; source: BlobSource }> {
  const stores = blobStores(config, backends);
  const below = await composeDiskCache(config, backends, metrics, stores);
  const { memoryBytes } = config.cache;
  if (memoryBytes === 0) return { stores, source: below };
  const source = new BlobCache({ source: below, memoryBytes, logger: backends.logger });
  metrics.add(() => memoryCacheFamilies(source.figures()));
  return { stores, source };
}

async function composeDiskCache(config: Config, { logger }: Backends, metrics: Metrics, source: BlobSource): Promise<BlobSource> {
  const { directory, diskBytes: mostBytes } = config.cache;
  const distant = storesOnS3(config);
  if (mostBytes === 0 || distant.size === 0) return source;
  const { DiskCache } = await import('./storage/disk-cache/disk-cache.ts');
  const caching = new DiskCache({ source, covers: (store) => distant.has(store), directory, mostBytes, logger, now: Date.now });
  void caching.prepare();
  metrics.add(() => diskCacheFamilies(caching.figures()));
  return caching;
}

/** What the data path alone needs. */
function dataPathParts({ anonymous, publicUrl, limits, deletion }: Config, { metadata, logger }: Backends) {
  const { manifestBytes, uploadBytes = Number.MAX_SAFE_INTEGER } = limits;
  return {
    admissions: new Admissions({ metadata, now: Date.now }),
    expiry: new ExpiryNotices({ retention: metadata, logger, now: Date.now }),
    limits: { manifestBytes, uploadBytes, deletion: deletion.enabled },
    openToAll: anonymous === 'push',
    ownHosts: publicUrl === undefined ? [] : [new URL(publicUrl).host],
  };
}

function listenerSettings({ limits, trustedProxies, publicUrl }: Config, logger: Logger) {
  warnOfFileShortage(limits.connections, logger);
  return {
    limits: {
      headerBytes: limits.headerBytes,
      connections: limits.connections,
      connectionsPerAddress: limits.connectionsPerAddress,
      headersTimeoutMs: limits.headerTimeoutSeconds * 1000,
      idleTimeoutMs: limits.idleTimeoutSeconds * 1000,
      headers: limits.headerCount,
      urlBytes: limits.urlBytes,
      answerTimeoutMs: limits.answerTimeoutSeconds * 1000,
      requestTimeoutMs: limits.requestTimeoutSeconds * 1000,
    },
    trustedProxies,
    publicUrl,
    networkOf: clientNetwork,
  };
}

function warnOfFileShortage(connections: number, logger: Logger): void {
  const shortage = describeFileShortage(connections, openFileLimit());
  if (shortage !== undefined) logger.warn(shortage);
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
    ...[...stores].map(([name, store]) => ({
      name: `store ${name}`,
      // Every replica has the same bucket, and serves whatever needs no bytes of blobs without it; beside a declared store there are others.
      isDispensable: config.store.kind === 's3' || name !== 'default',
      look: () => store.probe().then(() => undefined),
    })),
  ];
  const onDisk = config.store.kind === 'filesystem' || config.metadata.kind === 'sqlite';
  if (onDisk) checks.push({ name: 'disk', look: () => lowDiskSpace(config.data) });
  const page: Page = async () => ({ status: 200, contentType: metricsContentType, body: await telemetry.renderMetrics() });
  return new Map([['/metrics', page], ...createHealthPages(checks, logger)]);
}

/** What is in layers, kept on this machine. */
function composeLayers({ cache }: Config, { logger }: Backends): LayerIndexes {
  return new LayerIndexes({ directory: join(cache.directory, 'layers'), mostBytes: cache.layerBytes, logger });
}

async function composeFeatures(
  config: Config,
  backends: Backends,
  metrics: Metrics,
  authorizer: Authorizer,
  given: { readonly inspection: InspectionFeatureDeps; readonly overseeing: OverseeingDeps },
): Promise<readonly Feature[]> {
  return createFeatures({
    ...given,
    garbage: { ...garbageDeps(config, backends, systemAgent('gc')), runs: backends.metadata, jobs: backends.metadata },
    audit: await composeAudit(config, backends, metrics),
    garbageCron: config.gc.schedule === 'off' ? undefined : config.gc.schedule,
    retention: retentionDeps(config, backends),
    robots: {
      robots: backends.metadata,
      trusts: backends.metadata,
      access: backends.metadata,
      rules: loadTrustRules,
      issuers: trustableIssuers(config),
      newSecret: robotSecrets.create,
      now: Date.now,
    },
    webhooks: await composeWebhooks(config, backends, metrics),
    promotion: promotionDeps(config, backends, metrics, authorizer),
    deletion: { tenants: backends.metadata, content: backends.metadata, stores: backends.stores },
    searchIndex: searchIndexDeps(backends),
    quota: { quotas: backends.metadata, logger: backends.logger, clock: Date.now },
    comparison: comparisonDeps(backends, authorizer),
  });
}

function promotionDeps(config: Config, backends: Backends, metrics: Metrics, authorizer: Authorizer): PromotionFeatureDeps {
  const { metadata, logger } = backends;
  const undoWindowMs = inMs(config.promotion.undoDays * 24);
  return {
    promotions: metadata,
    rules: metadata,
    days: config.audit.days,
    logger,
    content: metadata,
    stores: blobStores(config, backends),
    authorizer,
    quotas: new Quotas({ content: metadata, logger, now: Date.now, onQuotaRefusal: metrics.refusedByQuota }),
    clock: Date.now,
    undoWindowMs,
  };
}
