/** What a line of the log says besides its message; values are JSON or errors. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the parts of the server say what happened. Never throws; `error` fields may hold an Error, with its cause. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
