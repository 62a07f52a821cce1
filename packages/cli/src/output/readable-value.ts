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

/** One value as a person reads it; what it is is seen by the name of its member (`sizeBytes`, `createdAt`). */
export function readableValue(name: string, value: unknown, nowMs: number): string {
  if (value === undefined || value === null || value === '') return '-';
  if (typeof value === 'number' && /bytes/i.test(name)) return readableSize(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') {
    if (/(^a|A)t$|^undoUntil$/.test(name)) return printable(readableTime(value, nowMs));
    return printable(value);
  }
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map((one) => readableValue(name, one, nowMs)).join(', ');
  return Object.entries(value as object)
    .map(([key, one]) => `${printable(key)}=${readableValue(key, one, nowMs)}`)
    .join(' ');
}

/** A member of a value by its path: `subject.name`. */
export function memberAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined), value);
}
