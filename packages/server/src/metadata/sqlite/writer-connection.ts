import type { FromWriter, ToWriter } from './writer-messages.ts';

/** What a client of the writer hears. */
export interface WriterEvents {
  message(message: FromWriter): void;
  /** Nothing can be sent or heard any more; why, for a message. Once. */
  ended(reason: string): void;
}

/** The way to one writer, a thread of this process or a process of this host. */
export interface WriterConnection {
  /** Sends; what cannot be sent any more is dropped, and `ended` says so. */
  send(message: ToWriter): void;
}

/** Opens the way; the writer's first message is `ready` or why it cannot begin. */
export type ConnectToWriter = (events: WriterEvents) => WriterConnection;
