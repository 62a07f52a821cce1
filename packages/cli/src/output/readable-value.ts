import type { Say } from '../command.ts';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A count of bytes with three digits and a unit: `12.3 MiB`. */
export function readableSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const spans = [
  [86_400 * 365, 'y'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const;

/** How long ago, or in how long: `3d ago`, `in 89d`, `now`. */
export function readableTime(instant: string, nowMs: number): string {
  const seconds = Math.round((nowMs - Date.parse(instant)) / 1000);
  if (Number.isNaN(seconds)) return instant;
  const span = spans.find(([length]) => Math.abs(seconds) >= length);
  if (span === undefined) return 'now';
  const text = `${Math.floor(Math.abs(seconds) / span[0])}${span[1]}`;
  return seconds < 0 ? `in ${text}` : `${text} ago`;
}

/** Characters that steer a terminal must not come from a registry: they are shown as a replacement. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** How values are to be read. */
export interface Reading {
  readonly nowMs: number;
  readonly say: Say;
  /** Digests and people by as much as tells them apart. */
  readonly isShort?: boolean;
}

/** Members of which the values are words or sentences of the registry. */
const spoken: ReadonlySet<string> = new Set([
  'state',
  'outcome',
  'change',
  'kind',
  'visibility',
  'failure',
  'reason',
  'message',
  'detail',
  'disabledReason',
]);
const agents: ReadonlySet<string> = new Set(['actor', 'by', 'createdBy', 'pushedBy', 'requestedBy', 'undoneBy', 'updatedBy']);
/** How far a Longshore counts the tags of a repository in a list. */
const mostTagsCounted = 100;
/** As many digits as `docker images` shows. */
const shownDigits = 12;

/** One value as a person reads it; what it is is seen by the name of its member (`sizeBytes`, `createdAt`). */
export function readableValue(name: string, value: unknown, reading: Reading): string {
  const { nowMs, say } = reading;
  if (value === undefined || value === null || value === '') return '-';
  if (typeof value === 'number' && /bytes/i.test(name)) return readableSize(value);
  if (name === 'tagCount' && value === mostTagsCounted) return `${value}+`;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
  if (typeof value === 'string') {
    if (/(^a|A)t$|^undoUntil$/.test(name)) return printable(say(readableTime(value, nowMs)));
    if (spoken.has(name)) return printable(say(value));
    return printable(reading.isShort === true ? shortened(name, value) : value);
  }
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map((one) => readableValue(name, one, reading)).join(', ');
  return Object.entries(value as object)
    .map(([key, one]) => `${printable(key)}=${readableValue(key, one, reading)}`)
    .join(' ');
}

/** `sha256:` with some digits, and of `user:17:alice` alice. */
function shortened(name: string, value: string): string {
  if (agents.has(name)) return value.replace(/^[a-z]+:(?:[0-9]+:)?/, '');
  return value.replace(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/, (digest) => digest.slice(0, 'sha256:'.length + shownDigits));
}

/** A member of a value by its path: `subject.name`. */
export function memberAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined), value);
}
