import type { StorageReason } from '../../registry/ports/blob-store.ts';
import type { CommandName } from '../commands/index.ts';
import type { Durability } from './connection.ts';

/** What a writer is started with. */
export interface WriterOptions {
  readonly path: string;
  readonly durability: Durability;
  /** See `armFailpoint`. */
  readonly failpoint: string | undefined;
}

/** A command on its way to the writer. */
export interface Call {
  readonly id: number;
  readonly name: CommandName;
  readonly input: unknown;
}

/** A call that somebody waits for, but not longer than `until` by `hostNow`: after that it must not happen any more. */
export interface TimedCall extends Call {
  readonly until: number;
}

/** An error as data: neither a thread nor a socket keeps the class of an error. */
export type Failure =
  | { readonly storage: { reason: StorageReason; retryable: boolean; message: string } }
  | { readonly defect: { message: string; stack: string | undefined } };

/** A transaction: how many calls it had, and how long it took. */
export interface Group {
  readonly calls: number;
  readonly seconds: number;
}

/** What became of a call. The first one of a group tells of the group too. */
export type Answer = { readonly id: number; readonly group?: Group } & ({ readonly value: unknown } | Failure);

/** To the writer: calls, or that no more will come and it may let go of this client when it has answered. */
export type ToWriter = readonly TimedCall[] | 'close';

/**
 * From the writer: that it is ready, why it cannot begin, answers, or that it wants to end. One that wants to end still answers what
 * it is sent, but another writer should get the next calls.
 */
export type FromWriter = 'ready' | 'retiring' | { readonly refused: Failure } | readonly Answer[];

/** From the supervisor to a writer that is a process: whether its event loop turns, or that it shall end when its clients have gone. */
export type FromSupervisor = 'ask' | 'retire';

/** The other way: that its event loop turns, that it brings the schema up to date before it is ready, and as to its clients. */
export type ToSupervisor = 'here' | 'migrating' | 'ready' | { readonly refused: Failure };
