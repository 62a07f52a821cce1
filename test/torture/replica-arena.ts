import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listBucket, makeBucket } from '../../packages/server/src/storage/s3/bucket-bench.ts';
import type { S3StoreOptions } from '../../packages/server/src/storage/s3/s3-store.ts';
import type { DiskAudit } from '../crash/disk-audit.ts';
import { leakQueries } from '../crash/leak-queries.ts';
import { startCommand, startGarbageCollection } from '../crash/server-process.ts';
import { type BackingServices, startBackingServices } from '../replicas/backing-services.ts';
import { type BalancedReplicas, startReplicas } from '../replicas/balanced-replicas.ts';
import { BreakableLink } from '../replicas/breakable-link.ts';
import { FaultyS3 } from '../replicas/faulty-s3.ts';
import { executePostgres, queryPostgres } from '../tools/postgres-query.ts';
import { WrongClock } from '../tools/wrong-clock.ts';
import { type Arena, type ArenaTerms, otherStore, type Query } from './arena.ts';
import { databaseFaults, type Fault, replicaFaults, storeFaults } from './cluster-faults.ts';
import { pause } from './pause.ts';

interface ReplicaArenaOptions extends ArenaTerms {
  readonly replicas: number;
  /** How far a clock is wrong at most, either way. */
  readonly mostSkewSeconds: number;
}

/** What the replicas need. */
interface Surroundings {
  readonly services: BackingServices;
  readonly store: FaultyS3;
  readonly otherBucket: S3StoreOptions;
  readonly listening: BreakableLink;
}

/** How one collection goes. */
interface Collection {
  readonly graceHours: number;
  readonly skewSeconds: number;
  /** It may find database or store away. */
  readonly mayFail: boolean;
  readonly killAfterMs?: number | undefined;
}

/** Whoever is told that content exists may rely on it, though grace that is younger than the rest of it is not renewed. */
const reliableShare = 0.7;

/** Between two kills of a collection: its lease keeps the next one waiting for a minute, and collecting is the point. */
const collectionKillEveryMs = 90_000;

/** Why a collection may end early: another runs, or what it needs is away. Classes of SQLSTATE: connection, resources, intervention. */
const outages = /is running|cannot be reached|could not be deleted|Cannot (list|delete|abort|store)|SQLSTATE (08|53|57)/;

/** Replicas with wrong clocks on PostgreSQL and S3, behind haproxy and nginx, while all of these fail. */
export class ReplicaArena implements Arena {
  readonly staleMs = 1000;
  readonly ready: Promise<void> = Promise.resolve();
  readonly #options: ReplicaArenaOptions;
  readonly #services: BackingServices;
  readonly #store: FaultyS3;
  /** Of the other store, in the same service. */
  readonly #otherBucket: S3StoreOptions;
  /** By which replicas hear what others change. */
  readonly #listening: BreakableLink;
  readonly #clocks: readonly WrongClock[];
  readonly #collector: WrongClock;
  #cluster: BalancedReplicas | undefined;
  #collectionKilledAt = performance.now();

  private constructor(options: ReplicaArenaOptions, { services, store, otherBucket, listening }: Surroundings) {
    this.#options = options;
    this.#services = services;
    this.#store = store;
    this.#otherBucket = otherBucket;
    this.#listening = listening;
    const clockOf = (name: string): WrongClock => new WrongClock(join(services.directory, `clock-${name}`));
    this.#clocks = Array.from({ length: options.replicas }, (_, index) => clockOf(String(index)));
    this.#collector = clockOf('collector');
  }

  /** Starts what the replicas need. */
  static async open(options: ReplicaArenaOptions): Promise<ReplicaArena> {
    const services = await startBackingServices();
    const { endpoint = '', accessKeyId: accessKey = '', secretAccessKey: secretKey = '' } = services.bucket;
    const otherBucket = await makeBucket({ endpoint, accessKey, secretKey });
    const store = await FaultyS3.start(endpoint);
    return new ReplicaArena(options, { services, store, otherBucket, listening: await BreakableLink.to(services.postgres.port) });
  }

  /** Every other client goes through the other load balancer. */
  urlOf(client: number): string {
    const balancer = client % 2 === 0 ? this.#cluster?.haproxy : this.#cluster?.nginx;
    return balancer?.url ?? 'http://127.0.0.1:1';
  }

  servers(): readonly string[] {
    return this.#cluster?.replicas.map(({ url }) => url) ?? [];
  }

  readonly query: Query = (select) => queryPostgres(this.#services.databaseUrl, select);

  execute(statement: string): Promise<void> {
    return executePostgres(this.#services.databaseUrl, statement);
  }

  async start(): Promise<void> {
    await writeFile(this.#passwordFile, this.#options.password);
    const { bucket, accessKeyId, secretAccessKey } = this.#otherBucket;
    const other = { name: otherStore, type: 's3', endpoint: this.#store.endpoint, bucket, accessKeyId, secretAccessKey };
    await writeFile(this.#configFile, JSON.stringify({ mirrorRepositories: [other] }));
    if (this.#cluster !== undefined) {
      await Promise.all(this.#cluster.replicas.map((replica) => replica.start()));
      return;
    }
    const { mostSkewSeconds } = this.#options;
    // The first is behind, the last ahead, as far as they may be.
    const last = Math.max(1, this.#clocks.length - 1);
    await Promise.all(this.#clocks.map((clock, index) => clock.set(Math.round(mostSkewSeconds * ((2 * index) / last - 1)))));
    this.#cluster = await startReplicas(this.#clocks.length, this.#services.directory, (index) => this.#env(this.#clocks[index]));
  }

  async stop(): Promise<void> {
    for (const replica of this.#cluster?.replicas ?? []) {
      if (replica.died !== undefined) this.#options.findings.add('unexpected', `a replica ended by itself: ${replica.died}`);
      const ending = await replica.stop();
      if (ending?.code !== 0)
        this.#options.findings.add('unexpected', `a replica ended with ${JSON.stringify(ending)}:\n${replica.output()}`);
    }
  }

  async destroy(): Promise<void> {
    await this.#cluster?.destroy();
    await Promise.all([this.#store.stop(), this.#listening.stop(), this.#services.stop()]);
  }

  async harm(): Promise<void> {
    const { random, mostSkewSeconds } = this.#options;
    const replicas = (this.#cluster?.replicas ?? []).flatMap((replica, index) => {
      const clock = this.#clocks[index];
      return clock === undefined ? [] : [{ replica, clock }];
    });
    await Promise.all([
      this.#strikeInTurn(replicaFaults(random.fork('replicas'), replicas, mostSkewSeconds), 6000),
      this.#strikeInTurn(databaseFaults(random.fork('database'), this.#services, this.#listening), 6000),
      this.#strikeInTurn(storeFaults(random.fork('store'), this.#store), 5000),
    ]);
  }

  async collectAgainAndAgain(): Promise<void> {
    const { random, signal, mostSkewSeconds } = this.#options;
    while (await pause(random.between(1000, 4000), signal)) {
      const skewSeconds = random.pick([0, mostSkewSeconds, mostSkewSeconds]) ?? 0;
      const isDue = performance.now() - this.#collectionKilledAt > collectionKillEveryMs;
      if (isDue) this.#collectionKilledAt = performance.now();
      await this.#collect({
        graceHours: this.#graceHours,
        skewSeconds,
        mayFail: true,
        killAfterMs: isDue ? random.between(500, 2500) : undefined,
      });
    }
  }

  async collectAll(): Promise<void> {
    await executePostgres(
      this.#services.databaseUrl,
      'update uploads set touched_at = 0; update leases set expires_at = 0; update content_leases set expires_at = 0',
    );
    // Later than whatever a clock that was ahead has written.
    await this.#collect({ graceHours: 0, skewSeconds: 2 * this.#options.mostSkewSeconds + 1, mayFail: false });
  }

  async audit(): Promise<DiskAudit> {
    const { databaseUrl, bucket } = this.#services;
    const stored = new Map<string, number>();
    const leaked: string[] = [];
    for (const [store, options] of Object.entries({ default: bucket, [otherStore]: this.#otherBucket })) {
      const { objects, multiparts } = await listBucket(options);
      for (const { key, sizeBytes } of objects) stored.set(`${store} ${key}`, sizeBytes);
      leaked.push(...multiparts.map(({ key, uploadId }) => `multipart upload ${store} ${key} ${uploadId}`));
    }
    const live = await queryPostgres<{ location: string; size: number }>(
      databaseUrl,
      `select stores.name || ' ' || location as location, size from blob_placements join blobs on blobs.id = blob_placements.blob_id
       join stores on stores.id = store_id where state = 'live'`,
    );
    const wanted = new Set([...live.map(({ location }) => location), 'default probe', `${otherStore} probe`]);
    leaked.push(...[...stored.keys()].filter((key) => !wanted.has(key)).map((key) => `object ${key}`));
    for (const [name, sql] of Object.entries(leakQueries)) {
      for (const { what } of await queryPostgres<{ what: string | number }>(databaseUrl, sql)) leaked.push(`row: ${name}: ${what}`);
    }
    const lost = live
      .filter(({ location, size }) => stored.get(location) !== size)
      .map(({ location }) => `${location} is missing or short`);
    return { leaked, lost, placements: live.length };
  }

  async run(args: readonly string[], mayEnd: RegExp): Promise<boolean> {
    const data = join(this.#services.directory, 'commands');
    await mkdir(data, { recursive: true });
    const command = startCommand(args, { data, env: this.#env(undefined) });
    const ending = await command.ended;
    if (ending.code !== 0 && !mayEnd.test(command.output()) && !outages.test(command.output()))
      this.#options.findings.add('unexpected', `${args.join(' ')} ended with ${JSON.stringify(ending)}:\n${command.output()}`);
    return ending.code === 0;
  }

  /** Each fault once in every round, in an order of its own. */
  async #strikeInTurn(faults: readonly Fault[], mostPauseMs: number): Promise<void> {
    const { random, signal, findings } = this.#options;
    for (let left = [...faults]; await pause(random.between(mostPauseMs / 4, mostPauseMs), signal); ) {
      const [fault] = left.splice(random.between(0, left.length - 1), 1);
      if (fault === undefined) continue;
      findings.strike(fault.kind);
      await fault.strike();
      if (left.length === 0) left = [...faults];
    }
  }

  /** One garbage collection by a clock that is wrong by so much. */
  async #collect({ graceHours, skewSeconds, mayFail, killAfterMs }: Collection): Promise<void> {
    const { findings } = this.#options;
    await this.#collector.set(skewSeconds);
    const data = join(this.#services.directory, 'collector');
    await mkdir(data, { recursive: true });
    const collection = startGarbageCollection({ data, env: this.#env(this.#collector, graceHours) });
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => collection.kill(), killAfterMs);
    const ending = await collection.ended;
    clearTimeout(timer);
    if (ending.code === 0) findings.collections += 1;
    else if (killAfterMs !== undefined && ending.signal === 'SIGKILL') findings.strike('gc killed');
    else if (!mayFail || !outages.test(collection.output()))
      findings.add('unexpected', `gc ended with ${JSON.stringify(ending)}:\n${collection.output()}`);
  }

  /** Clocks differ by twice the skew, and content is safe for the grace of the run nevertheless. */
  get #graceHours(): number {
    const { graceMs, mostSkewSeconds } = this.#options;
    return (graceMs + 2 * mostSkewSeconds * 1000) / reliableShare / 3_600_000;
  }

  get #configFile(): string {
    return join(this.#services.directory, 'longshore.json');
  }

  get #passwordFile(): string {
    return join(this.#services.directory, 'password');
  }

  #env(clock: WrongClock | undefined, graceHours = this.#graceHours): Record<string, string> {
    const hours = String(graceHours);
    return {
      ...this.#services.settings(this.#store.endpoint),
      ...clock?.env,
      LONGSHORE_CONFIG: this.#configFile,
      LONGSHORE_ANONYMOUS: 'none',
      LONGSHORE_ADMIN_PASSWORD_FILE: this.#passwordFile,
      LONGSHORE_OUTGOING_ALLOW: '127.0.0.1',
      LONGSHORE_OUTGOING_PORTS: '1-65535',
      LONGSHORE_WEBHOOKS_TIMEOUT_SECONDS: '1',
      LONGSHORE_METADATA_LISTEN_URL: this.#services.databaseUrl.replace(/:\d+\//, `:${this.#listening.port}/`),
      LONGSHORE_GC_SCHEDULE: '* * * * *',
      LONGSHORE_GC_GRACE_HOURS: hours,
      LONGSHORE_GC_UNTAGGED: 'delete',
      LONGSHORE_GC_UNTAGGED_AFTER_HOURS: hours,
    };
  }
}
