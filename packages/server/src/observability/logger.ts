import type { LogFields, Logger } from '../registry/ports/logger.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `auto`: text when standard error is a terminal. */
  readonly format: 'auto' | 'json' | 'text';
}

/** Writes one line per message to standard error, so that standard output stays for answers. */
export function createLogger({ level, format }: LoggerOptions): Logger {
  const least = levels.indexOf(level);
  const asText = format === 'text' || (format === 'auto' && process.stderr.isTTY === true);
  const write = (at: LogLevel, message: string, fields: LogFields = {}) => {
    if (levels.indexOf(at) < least) return;
    const plain = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainOf(value)]));
    const time = new Date().toISOString();
    const line = asText
      ? `${time} ${at.padEnd(5)} ${message}${Object.entries(plain)
          .map(([name, value]) => ` ${name}=${textOf(value)}`)
          .join('')}`
      : JSON.stringify({ time, level: at, message, ...plain });
    process.stderr.write(`${line}\n`);
  };
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}

/** Errors as their stack and the messages of their causes; everything else as it is. */
function plainOf(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const causes: string[] = [];
  for (let cause = value.cause; cause instanceof Error && causes.length < 5; cause = cause.cause)
    causes.push(`${cause.name}: ${cause.message}`);
  return [value.stack ?? `${value.name}: ${value.message}`, ...causes.map((cause) => `caused by ${cause}`)].join('\n');
}

function textOf(value: unknown): string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value : JSON.stringify(value);
}
