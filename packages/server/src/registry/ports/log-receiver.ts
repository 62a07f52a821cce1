/** Somebody who keeps logs, at an address that the configuration names. */
export interface LogReceiver {
  /** Free of secrets. */
  readonly address: string;
  /** What it takes: messages of RFC 5424, or JSON objects. */
  readonly format: 'syslog' | 'json';
  /**
   * Resolves when the receiver has all of them, as far as its protocol can tell; rejects otherwise, in bounded time, with an error that is
   * fit for the log, a `MessagesRefusedError` where it is about the messages themselves. Some of them may have arrived then.
   */
  send(messages: readonly string[], signal: AbortSignal): Promise<void>;
}

/** A receiver says that it will not have these messages, whatever becomes of others. */
export class MessagesRefusedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MessagesRefusedError';
  }
}
