import type { DiskAudit } from '../crash/disk-audit.ts';
import type { Findings } from './findings.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What every kind of arena is given. */
export interface ArenaTerms {
  /** How long content that nothing needs yet is safe, at least. */
  readonly graceMs: number;
  readonly random: SeededRandom;
  readonly findings: Findings;
  /** Of the administrator. */
  readonly password: string;
  /** Ends the harm and the collecting. */
  readonly signal: AbortSignal;
}

/** A second store, on which the project of its name lives. */
export const otherStore = 'apart';

/** Answers a `select` that SQLite and PostgreSQL both understand. */
export type Query = <Row>(select: string) => Promise<Row[]>;

/** The servers under torture, what is done to them, and the garbage collections beside them. */
export interface Arena {
  /** Where this client sends its requests now. */
  urlOf(client: number): string;
  /** Every server that runs now, by itself. */
  servers(): readonly string[];
  /** Asks the database, which others may be writing to; rejects when it is away. */
  readonly query: Query;
  /** Changes the database behind the servers' back, which may be running. */
  execute(statement: string): Promise<void>;
  /** For how long a server may still give what another has deleted. */
  readonly staleMs: number;
  /** Resolves when requests are worth sending (again). */
  readonly ready: Promise<void>;
  start(): Promise<void>;
  /** Ends the servers politely. */
  stop(): Promise<void>;
  /** Ends whatever still runs, and removes it. */
  destroy(): Promise<void>;
  /** Does harm every few seconds until the run ends, and leaves everything whole. */
  harm(): Promise<void>;
  /** Collects garbage in processes of their own, beside the servers, until the run ends. */
  collectAgainAndAgain(): Promise<void>;
  /** Runs a command of `longshore` beside the servers; false when it ended early for a reason that it may have, or a fault. */
  run(args: readonly string[], mayEnd: RegExp): Promise<boolean>;
  /** Collects everything that nothing needs, however young; nobody may be pushing. */
  collectAll(): Promise<void>;
  /** Compares what is stored with what the database says. */
  audit(): Promise<DiskAudit>;
}
