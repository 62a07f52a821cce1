import type { CommandName } from '../commands/index.ts';
import type { Durability } from './connection.ts';

/** What the writer thread is started with. */
export interface WriterOptions {
  readonly path: string;
  readonly durability: Durability;
  /** See `armFailpoint`. */
  readonly failpoint: string | undefined;
}

/** A command on its way to the writer thread. */
export interface Call {
  readonly id: number;
  readonly name: CommandName;
  readonly input: unknown;
}

/** What became of a call. An error crosses the thread as data: structured clones lose the class of an error. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly storage: { reason: 'full' | 'read-only' | 'failed'; retryable: boolean; message: string } }
  | { readonly id: number; readonly defect: { message: string; stack: string | undefined } };

/** To the writer thread: calls, or the wish to finish what it has and end. */
export type ToWriter = readonly Call[] | 'close';

/** From the writer thread: that it is ready, or answers. */
export type FromWriter = 'ready' | readonly Answer[];
