import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditDisk, type DiskAudit, executeInDatabase, letTimePass, queryDatabase } from '../crash/disk-audit.ts';
import { type ServerProcess, startCommand, startGarbageCollection, startServer } from '../crash/server-process.ts';
import { processTree } from '../processes/process-tree.ts';
import { type Arena, type ArenaTerms, otherStore, type Query } from './arena.ts';
import { pause } from './pause.ts';

/** How the server under torture is run. */
export interface OneHostOptions extends ArenaTerms {
  /** Removed at the end. */
  readonly data: string;
  readonly workers: number;
}

/** Between two kills of a garbage collection: its lease keeps the next one waiting, and collecting is the point. */
const collectionKillEveryMs = 40_000;

/** Short, so that a run sees what follows. A start that takes longer beside everything else is one more kill. */
const stuckSeconds = 10;

/** We change the database ourselves, also while no server runs: whoever closes it last then holds it for as long as its disk takes. */
const isLocked = /The metadata database is busy/;

/** A server that is killed and started again, and the garbage collections beside it. */
export class OneHost implements Arena {
  readonly staleMs = 0;
  readonly #options: OneHostOptions;
  #server: ServerProcess | undefined;
  #ready: Promise<void> = Promise.resolve();
  #collectionKilledAt = performance.now();

  constructor(options: OneHostOptions) {
    this.#options = options;
  }

  urlOf(): string {
    return this.#server?.baseUrl ?? 'http://127.0.0.1:1';
  }

  servers(): readonly string[] {
    return this.#server === undefined ? [] : [this.#server.baseUrl];
  }

  readonly query: Query = async (select) => queryDatabase(this.#data, select);

  async execute(statement: string): Promise<void> {
    executeInDatabase(this.#data, statement);
  }

  get ready(): Promise<void> {
    return this.#ready;
  }

  async start(): Promise<void> {
    await writeFile(this.#passwordFile, this.#options.password);
    await writeFile(this.#configFile, `mirrorRepositories:\n  - {name: ${otherStore}, type: local, storage: {path: ${this.#other}}}\n`);
    const { workers, graceMs } = this.#options;
    this.#server = await startServer({ data: this.#data, workers, env: this.#env(graceMs) });
  }

  async stop(): Promise<void> {
    const ending = await this.#server?.stop();
    if (ending?.code !== 0)
      this.#options.findings.add('unexpected', `the server ended with ${JSON.stringify(ending)}:\n${this.#server?.output()}`);
    this.#server = undefined;
  }

  async destroy(): Promise<void> {
    await this.#server?.kill();
    await rm(this.#options.data, { recursive: true, force: true });
  }

  async harm(): Promise<void> {
    const { random, signal, workers } = this.#options;
    while (await pause(random.between(1500, 6000), signal)) {
      if (workers === 1 || random.chance(0.15)) await this.#killServer();
      else this.#strikeOne(random.chance(0.3) ? 'writer' : 'worker', random.chance(0.2) ? 'SIGSTOP' : 'SIGKILL');
    }
    this.#server?.wake();
  }

  /** Everything dies at once, and somebody starts it again. */
  async #killServer(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#ready = promise;
    promise.catch(() => undefined);
    try {
      // What stands still cannot notice that its supervisor is gone.
      this.#server?.wake();
      // Of a supervisor alone, everything that it started must end by itself: the end comes with the last of them.
      if (this.#options.workers > 1 && this.#options.random.chance(0.5)) this.#server?.killSupervisor();
      else void this.#server?.kill();
      await this.#server?.ended;
      this.#options.findings.strike('server killed');
      await this.start();
      resolve();
    } catch (error) {
      reject(error);
      throw error;
    }
  }

  /** One process dies or stands still; the supervisor must see to it that the others do not mind. */
  #strikeOne(kind: 'worker' | 'writer', signal: 'SIGKILL' | 'SIGSTOP'): void {
    const { random, findings } = this.#options;
    const { workers, writers } = processTree(this.#server?.pid ?? 0);
    const pid = random.pick(kind === 'worker' ? workers : writers);
    // The last one that was killed may not have been replaced yet.
    if (pid === undefined) return;
    process.kill(pid, signal);
    findings.strike(`${kind} ${signal === 'SIGSTOP' ? 'frozen' : 'killed'}`);
  }

  async collectAgainAndAgain(): Promise<void> {
    const { random, signal } = this.#options;
    while (await pause(random.between(50, 500), signal)) {
      const due = performance.now() - this.#collectionKilledAt > collectionKillEveryMs;
      if (due) this.#collectionKilledAt = performance.now();
      await this.#collect(this.#options.graceMs, due ? random.between(300, 900) : undefined);
    }
  }

  async collectAll(): Promise<void> {
    letTimePass(this.#data);
    // A file whose other name went a moment ago, with its upload, counts as changed then.
    for (let times = 0; times < 2; times += 1) await this.#collect(0);
  }

  async audit(): Promise<DiskAudit> {
    return auditDisk(this.#data, { [otherStore]: this.#other });
  }

  async run(args: readonly string[], mayEnd: RegExp): Promise<boolean> {
    const { graceMs, findings } = this.#options;
    const command = startCommand(args, { data: this.#data, env: this.#env(graceMs) });
    const ending = await command.ended;
    if (ending.code !== 0 && !mayEnd.test(command.output()) && !isLocked.test(command.output()))
      findings.add('unexpected', `${args.join(' ')} ended with ${JSON.stringify(ending)}:\n${command.output()}`);
    return ending.code === 0;
  }

  /** One garbage collection. */
  async #collect(graceMs: number, killAfterMs?: number): Promise<void> {
    const { findings } = this.#options;
    const collection = startGarbageCollection({ data: this.#data, env: this.#env(graceMs) });
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => collection.kill(), killAfterMs);
    const ending = await collection.ended;
    clearTimeout(timer);
    if (ending.code === 0) {
      findings.collections += 1;
      return;
    }
    const killed = killAfterMs !== undefined && ending.signal === 'SIGKILL';
    if (killed) findings.strike('gc killed');
    const busy = /Another garbage collection is running/.test(collection.output()) || isLocked.test(collection.output());
    if (!killed && !busy) findings.add('unexpected', `gc ended with ${JSON.stringify(ending)}:\n${collection.output()}`);
  }

  get #data(): string {
    return join(this.#options.data, 'data');
  }

  /** Where the other store is. */
  get #other(): string {
    return join(this.#options.data, 'other');
  }

  get #passwordFile(): string {
    return join(this.#options.data, 'password');
  }

  get #configFile(): string {
    return join(this.#options.data, 'longshore.yaml');
  }

  #env(graceMs: number): Record<string, string> {
    const hours = String(graceMs / 3_600_000);
    return {
      LONGSHORE_CONFIG: this.#configFile,
      LONGSHORE_ANONYMOUS: 'none',
      LONGSHORE_ADMIN_PASSWORD_FILE: this.#passwordFile,
      LONGSHORE_OUTGOING_ALLOW: '127.0.0.1',
      LONGSHORE_OUTGOING_PORTS: '1-65535',
      LONGSHORE_WEBHOOKS_TIMEOUT_SECONDS: '1',
      LONGSHORE_LIMITS_STUCK_SECONDS: String(stuckSeconds),
      LONGSHORE_GC_SCHEDULE: '* * * * *',
      LONGSHORE_GC_GRACE_HOURS: hours,
      LONGSHORE_GC_UNTAGGED: 'delete',
      LONGSHORE_GC_UNTAGGED_AFTER_HOURS: hours,
    };
  }
}
