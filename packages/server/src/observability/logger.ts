import { isatty } from 'node:tty';
import type { LogFields, Logger } from '../registry/ports/logger.ts';
import { type AccessLog, type AccessLogOptions, createAccessLog } from './access-log.ts';
import { formatLine, jsonLines, type LineFormat, type LogLevel, logLevels, textLines } from './line-format.ts';
import { type LogOutput, standardErrorOutput } from './log-output.ts';

/** What the settings say about the log. */
export interface LogOptions extends AccessLogOptions {
  /** `auto`: text when standard error is a terminal. */
  readonly format: 'auto' | 'json' | 'text';
}

/** The log of this process. */
export interface Log {
  readonly logger: Logger;
  /** Writes the line of a request; undefined when none would ever be written. */
  readonly access: AccessLog | undefined;
  /** Lines that were lost because nobody took them, since the start. */
  dropped(): number;
  /** Resolves when everything is written, and after a second at the latest. */
  flush(): Promise<void>;
}

/** Opens the log on standard error, so that standard output stays for answers. */
export function openLog(options: LogOptions): Log {
  const { level, format } = options;
  // Not asked of `process.stderr`, which would make the descriptor synchronous.
  const lines = format === 'text' || (format === 'auto' && isatty(2)) ? textLines : jsonLines;
  const output = standardErrorOutput(lines);
  return {
    logger: createLogger(level, lines, output),
    access: createAccessLog(options, lines, output),
    dropped: () => output.dropped(),
    flush: () => output.flush(),
  };
}

/** One line per message. Warnings and errors are written at once. */
function createLogger(level: LogLevel, lines: LineFormat, output: LogOutput): Logger {
  const least = logLevels.indexOf(level);
  const write = (at: LogLevel, message: string, fields: LogFields = {}) => {
    const severity = logLevels.indexOf(at);
    if (severity < least) return;
    output.write(formatLine(lines, at, message, fields), severity > 1);
  };
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}
