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

/** An error as data: neither a thread nor a socket keeps the class of an error. */
export type Failure =
  | { readonly storage: { reason: 'full' | 'read-only' | 'failed'; retryable: boolean; message: string } }
  | { readonly defect: { message: string; stack: string | undefined } };

/** A transaction: how many calls it had, and how long it took. */
export interface Group {
  readonly calls: number;
  readonly seconds: number;
}

/** What became of a call. The first one of a group tells of the group too. */
export type Answer = { readonly id: number; readonly group?: Group } & ({ readonly value: unknown } | Failure);

/** To the writer: calls, or that no more will come and it may let go of this client when it has answered. */
export type ToWriter = readonly Call[] | 'close';

/**
 * From the writer: that it is ready, why it cannot begin, answers, or that it wants to end. One that wants to end still answers what
 * it is sent, but another writer should get the next calls.
 */
export type FromWriter = 'ready' | 'retiring' | { readonly refused: Failure } | readonly Answer[];
