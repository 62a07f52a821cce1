import type { Entry } from 'ldapts';

/** 1601 to 1970 in units of 100 ns, in which Active Directory counts time. */
const fileTimeEpoch = 116_444_736_000_000_000n;
const neverExpires = 9_223_372_036_854_775_807n;
const dayMs = 24 * 60 * 60 * 1000;

/** Attributes that say whether somebody may still log in: Active Directory, OpenLDAP (shadow, password policy), 389 Directory Server. */
export const standingAttributes = [
  'userAccountControl',
  'accountExpires',
  'shadowExpire',
  'pwdAccountLockedTime',
  'nsAccountLock',
] as const;

/** Values of an attribute that are text, whatever case its name came back in. */
export function textsOf(entry: Entry, attribute: string): string[] {
  return valuesOf(entry, attribute).filter((value) => typeof value === 'string');
}

/** Names of the attributes that are bytes where they exist: only Active Directory has such ids. */
export function isBinaryId(attribute: string): boolean {
  return attribute.toLowerCase() === 'objectguid';
}

/**
 * What tells this entry from every other, for ever: one value, not empty, at most 255 characters. Bytes are written as Active Directory
 * writes a GUID. Undefined when there is no such value, or several.
 */
export function externalIdOf(entry: Entry, attribute: string): string | undefined {
  const [value, ...others] = valuesOf(entry, attribute);
  if (value === undefined || others.length > 0) return undefined;
  if (isBinaryId(attribute)) return guidText(Buffer.isBuffer(value) ? value : Buffer.from(value, 'utf8'));
  return typeof value === 'string' && value !== '' && value.length <= 255 ? value : undefined;
}

/** The value to search for, as `externalIdOf` wrote it. */
export function externalIdValue(externalId: string, attribute: string): Buffer | string {
  return isBinaryId(attribute) ? guidBytes(externalId) : externalId;
}

/**
 * Why this entry's holder may not log in any more, for the log; undefined when nothing speaks against it. A lock that passes by itself,
 * after wrong passwords, is none: strangers could end everybody's work with it.
 */
export function disabledReason(entry: Entry, now: number): string | undefined {
  const first = (attribute: string): string => textsOf(entry, attribute)[0] ?? '';
  if ((Number(first('userAccountControl') || '0') & 2) !== 0) return 'userAccountControl says that the account is disabled';
  const expires = wholeOf(first('accountExpires'));
  if (expires > 0n && expires < neverExpires && Number((expires - fileTimeEpoch) / 10_000n) <= now) return 'accountExpires has passed';
  const shadow = first('shadowExpire');
  if (/^\d+$/.test(shadow) && Number(shadow) * dayMs <= now) return 'shadowExpire has passed';
  if (first('pwdAccountLockedTime') === '000001010000Z') return 'pwdAccountLockedTime says that the account is locked for good';
  if (first('nsAccountLock').toLowerCase() === 'true') return 'nsAccountLock says that the account is locked';
  return undefined;
}

function valuesOf(entry: Entry, attribute: string): (string | Buffer)[] {
  const wanted = attribute.toLowerCase();
  // Of very many values Active Directory gives the first, under a name of their own: `memberOf;range=0-1499`.
  const key = Object.keys(entry).find((name) => name.toLowerCase().split(';', 1)[0] === wanted && valueCount(entry[name]) > 0);
  const value = key === undefined || key === 'dn' ? undefined : entry[key];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function valueCount(value: Entry[string] | undefined): number {
  return Array.isArray(value) ? value.length : value === undefined ? 0 : 1;
}

/** The first three groups are numbers, lowest byte first. */
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

function guidText(bytes: Buffer): string | undefined {
  if (bytes.length !== 16) return undefined;
  const hex = Buffer.from(guidOrder.map((index) => bytes[index] ?? 0)).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function guidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  return Buffer.from(guidOrder.map((index) => bytes[index] ?? 0));
}

function wholeOf(text: string): bigint {
  return /^\d{1,19}$/.test(text) ? BigInt(text) : 0n;
}
