import type { Actor, Agent } from './agent.ts';
import type { Millis } from './content-store.ts';

/** What an entry is about. `kind`: `registry`, `project`, `repository`, or what the registry holds, such as `user`; `name` of the registry is ''. */
export interface AuditedResource {
  readonly kind: string;
  readonly name: string;
}

/** `allowed`: it was done. `denied`: it was not, because the actor may not or was not known. */
export type AuditOutcome = 'allowed' | 'denied';

/** An entry as it is written. Never a secret: no password, token, hash or header, in no field. */
export interface NewAuditEntry {
  readonly at: Millis;
  readonly by: Agent;
  /** An event type (`tag.moved`), an operation of the management API, or an action (`pull`, `login`). */
  readonly action: string;
  readonly resource: AuditedResource;
  /** The project it belongs to, if it is there. */
  readonly project: string | undefined;
  readonly outcome: AuditOutcome;
  /** How often it happened from `at` on, when repeats are one entry. */
  readonly count: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An entry as it is read. */
export interface AuditEntry {
  readonly id: number;
  readonly at: Millis;
  readonly actor: Actor;
  readonly credential: string;
  readonly address: string | undefined;
  readonly requestId: string | undefined;
  readonly action: string;
  readonly resource: AuditedResource;
  readonly outcome: AuditOutcome;
  readonly reason: string;
  readonly count: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An entry that is to be forwarded; `wasHeld`: it was refused before. */
export interface UnforwardedEntry extends AuditEntry {
  readonly wasHeld: boolean;
}

/** Which entries; what is undefined does not matter. */
export interface AuditFilter {
  /** Name of a project that is there. */
  readonly project?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  /** Name of the resource. */
  readonly resource?: string | undefined;
  /** Inclusive. */
  readonly from?: Millis | undefined;
  /** Exclusive. */
  readonly to?: Millis | undefined;
}

/** Where a page begins: behind this entry, which is newer than all of the page. */
export interface AuditKey {
  readonly at: Millis;
  readonly id: number;
}

/** A page of the log. It may show less than it may, even nothing, and have others behind it: what was looked through for it is bounded. */
export interface AuditPage {
  readonly items: readonly AuditEntry[];
  /** Where the next page begins; undefined: this is the last one. */
  readonly next: AuditKey | undefined;
}

/** Who did what, and who was refused: rows are added, and removed only when they are old. */
export interface AuditStore {
  /** Writes entries of what is no change of the database: denials and reads. Each change writes its own in its transaction. */
  appendAudit(input: { entries: readonly NewAuditEntry[] }): Promise<void>;
  /** Newest first. */
  listAudit(filter: AuditFilter, page: { limit: number; after: AuditKey | undefined }): Promise<AuditPage>;
  /** Removes up to `limit` entries from before `before`, and answers how many. */
  removeAudit(input: { before: Millis; limit: number }): Promise<number>;

  /** From now on entries are kept ready for each of these, and for no other. */
  setAuditSinks(input: { names: readonly string[] }): Promise<void>;
  /** Entries that a sink has not confirmed yet and that are not held at `at`, about in the order in which they were made; then those whose time has come. */
  listUnforwarded(wanted: { sink: string; at: Millis; limit: number }): Promise<UnforwardedEntry[]>;
  /** How many entries the sink refused, and is to be asked to take again. */
  countHeld(sink: string): Promise<number>;
  /** The sink refused these: they are kept for it, and wait until then. */
  holdForwarding(input: { sink: string; ids: readonly number[]; until: Millis }): Promise<void>;
  /** The sink has these. */
  finishForwarding(input: { sink: string; ids: readonly number[] }): Promise<void>;
}
