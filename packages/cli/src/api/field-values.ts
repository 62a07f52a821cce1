import { type Flag, UsageError } from '../command.ts';
import type { OperationField } from './operation.ts';

/** Whether it is a secret: those are read from files, since everybody on a machine sees the words of its command lines. */
export function isSecret({ name }: OperationField): boolean {
  return name === 'password' || name === 'secret';
}

/** `expireAfterHours` as a flag: `expire-after-hours`; seconds are given as a duration: `expiresInSeconds` is `expires-in`. */
export function flagNameOf(field: OperationField): string {
  const { name, type } = field;
  if (isSecret(field)) return `${name}-file`;
  const shown = type === 'integer' ? name.replace(/(?<=.)Seconds$/, '') : name;
  return shown.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/[^a-z0-9-]/g, '');
}

/** The flags that give a field its value: `--name VALUE`; `--no-name` for what can be none or false. */
export function flagsOf(field: OperationField): Flag[] {
  const name = flagNameOf(field);
  const summary = field.summary?.replace(/\s+/g, ' ') ?? '';
  const isSwitch = field.type === 'boolean';
  const flag: Flag = {
    name,
    summary,
    ...(!isSwitch && { value: placeholderOf(field) }),
    ...(field.many === true && { many: true }),
    ...(field.choices !== undefined && { choices: field.choices }),
  };
  const isInstant = /(?:^a|A)t$/.test(field.name);
  const shown = isInstant ? { ...flag, summary: `${summary} A duration such as 90d counts from now.`.trim() } : flag;
  return isSwitch || field.nullable === true
    ? [shown, { name: `no-${name.replace(/-file$/, '')}`, summary: isSwitch ? `Turns --${name} off` : `Takes --${name} away` }]
    : [shown];
}

function placeholderOf(field: OperationField): string {
  if (field.choices !== undefined) return field.choices.length <= 4 ? field.choices.join('|') : flagNameOf(field).toUpperCase();
  if (isSecret(field)) return 'FILE';
  if (field.type === 'json') return 'JSON';
  if (/Seconds$/.test(field.name)) return 'DURATION';
  if (/Bytes/.test(field.name)) return 'SIZE';
  return field.type === 'string' ? 'TEXT' : 'NUMBER';
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 };
const sizeUnits = ['b', 'k', 'm', 'g', 't', 'p'];

/** A duration such as `90d`, `12h` or `3600`, in seconds; undefined for another text. */
export function durationSeconds(text: string): number | undefined {
  const [, count, unit = 's'] = /^(\d{1,9})(s|m|min|h|d|w)?$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (secondsOf[unit] ?? 1);
}

/** A size such as `10GiB`, `500M` or `1024`, in bytes (K is 1024); undefined for another text. */
export function sizeBytes(text: string): number | undefined {
  const [, count, unit = 'b'] = /^(\d+(?:\.\d+)?)\s?([kmgtp]?)(?:i?b)?$/i.exec(text) ?? [];
  return count === undefined ? undefined : Math.round(Number(count) * 1024 ** sizeUnits.indexOf(unit.toLowerCase() || 'b'));
}

/** What a text given for a field means to the API. Throws a UsageError that names the flag. */
export function readValue(field: OperationField, text: string, nowMs = Date.now()): unknown {
  const wrong = (expected: string) => new UsageError(`--${flagNameOf(field)} is ${expected}, not '${text}'`);
  if (field.type === 'json') {
    try {
      return JSON.parse(text);
    } catch {
      throw wrong('JSON');
    }
  }
  if (field.type === 'boolean') return true;
  if (field.type === 'string') {
    const seconds = /(?:^a|A)t$/.test(field.name) ? durationSeconds(text) : undefined;
    return seconds === undefined ? text : new Date(nowMs + seconds * 1000).toISOString();
  }
  const isSpan = /Seconds$/.test(field.name);
  const isSize = /Bytes/.test(field.name);
  const number = isSpan ? durationSeconds(text) : isSize ? sizeBytes(text) : text.trim() === '' ? undefined : Number(text);
  if (number === undefined || Number.isNaN(number))
    throw wrong(isSpan ? 'a duration such as 90d' : isSize ? 'a size such as 10GiB' : 'a number');
  return number;
}
