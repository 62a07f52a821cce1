const sizeUnits = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes as people read them, by the units that the registry names in its own messages: `1.5 GiB`. */
export function sizeIn(language: string, bytes: number): string {
  if (bytes < 1024) return spaced(new Intl.NumberFormat(language, { style: 'unit', unit: 'byte', unitDisplay: 'long' }).format(bytes));
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), sizeUnits.length);
  const value = bytes / 1024 ** power;
  const digits = { maximumFractionDigits: value < 100 ? 1 : 0 };
  return `${new Intl.NumberFormat(language, digits).format(value)} ${sizeUnits[power - 1]}`;
}

const timeUnits = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** How long before or after `now` an instant is, both in milliseconds: `3 days ago`, `in 2 hours`; within a minute: `now`. */
export function timeAgoIn(language: string, at: number, now: number): string {
  const seconds = (at - now) / 1000;
  const [unit, length] = timeUnits.find(([, least]) => Math.abs(seconds) >= least) ?? (['second', Number.POSITIVE_INFINITY] as const);
  // The past is cut: what is 23 hours and 40 minutes old is not of yesterday. What was made to end in 90 days does not end in two months.
  const many = seconds < 0 ? Math.trunc(seconds / length) : Math.round(seconds / length);
  return spaced(new Intl.RelativeTimeFormat(language, { numeric: unit === 'second' ? 'auto' : 'always' }).format(many, unit));
}

/** Date and time of an instant (ISO 8601) in the time zone of whoever looks. */
export function dateTimeIn(language: string, at: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }).format(new Date(at));
}

/** A length of time in whole units, rounded down: `90 minutes`, `36 hours`, `14 days`. */
export function durationIn(language: string, seconds: number): string {
  const [unit, length] =
    seconds >= 2 * 86_400 ? (['day', 86_400] as const) : seconds >= 2 * 3600 ? (['hour', 3600] as const) : (['minute', 60] as const);
  return spaced(new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.floor(seconds / length)));
}

/** Several names or words in a row. */
export function listIn(language: string, texts: readonly string[]): string {
  return texts.join(language.startsWith('zh') ? '、' : ', ');
}

/** With a blank between figures and Chinese signs, as all other texts have it. */
function spaced(text: string): string {
  return text.replaceAll(/(\d)(?=\p{Script=Han})/gu, '$1 ');
}
