/** Severities, least first. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

/** How severe a line is. */
export type LogLevel = (typeof logLevels)[number];

/** How a line of the log is put together: `start`, then a key and a value for each field, then `end`. All of it is ASCII. */
export interface LineFormat {
  start(level: LogLevel, message: string): string;
  /** What stands before a field's value. */
  key(name: string): string;
  value(value: unknown): string;
  /** The value of a field that is known to be one plain word. */
  word(value: string): string;
  readonly end: string;
}

/** One JSON object a line. */
export const jsonLines: LineFormat = {
  start: (level, message) => `{"time":"${timeNow()}","level":"${level}","message":${quoted(message)}`,
  key: (name) => `,"${name}":`,
  value: jsonOf,
  word: (value) => `"${value}"`,
  end: '}\n',
};

/** For people at a terminal. */
export const textLines: LineFormat = {
  start: (level, message) => `${timeNow()} ${level.padEnd(5)} ${ascii(message)}`,
  key: (name) => ` ${name}=`,
  value: (value) => (typeof value === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value) ? value : jsonOf(value)),
  word: (value) => value,
  end: '\n',
};

/** A whole line. Fields that are undefined are left out. */
export function formatLine(format: LineFormat, level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>): string {
  let line = format.start(level, message);
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) line += format.key(name) + format.value(value);
  return line + format.end;
}

let lastMs = 0;
let lastTime = '';

/** ISO 8601 in UTC. Made once a millisecond: under load many lines share it. */
function timeNow(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    lastTime = new Date(now).toISOString();
  }
  return lastTime;
}

function jsonOf(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  return ascii(JSON.stringify(plainOf(value), (_key, inner: unknown) => plainOf(inner)) ?? 'null');
}

/** Most strings need no escape, and looking is faster than escaping. */
function quoted(text: string): string {
  return /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text) ? `"${text}"` : ascii(JSON.stringify(text));
}

/** What strangers send must not steer the terminal that shows it, or look like another line: no controls, nothing beyond ASCII. */
function ascii(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
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
