import { unexpected } from './acme-error.ts';

/** An object of an answer, of which only what is asked for is looked at. */
export type AnswerFields = Readonly<Record<string, unknown>>;

/** The object that an answer must be; throws `AcmeError`. */
export function requireFields(value: unknown, what: string): AnswerFields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as AnswerFields;
  throw unexpected(`${what} is no object`);
}

/** A text that must be there; throws `AcmeError`. */
export function requireText(fields: AnswerFields, name: string, what: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw unexpected(`${what} has no ${name}`);
}

/** An address that must be there, and be https: whatever an authority names, it is asked over TLS only (RFC 8555 section 6.1). */
export function requireUrl(fields: AnswerFields, name: string, what: string): string {
  return requireSecure(requireText(fields, name, what), `${name} of ${what}`);
}

/** The same for an address by itself. */
export function requireSecure(text: string | undefined, what: string): string {
  if (text !== undefined && URL.parse(text)?.protocol === 'https:') return text;
  throw unexpected(`${what} is no https address`);
}

/** A list that must be there; throws `AcmeError`. */
export function requireList(fields: AnswerFields, name: string, what: string): readonly unknown[] {
  const value = fields[name];
  if (Array.isArray(value)) return value;
  throw unexpected(`${what} has no list ${name}`);
}

/** What an error of RFC 7807 says, bounded: it goes into the log. */
export function problemText(value: unknown): string {
  const { detail, type, subproblems } = requireFields(value ?? {}, 'an error');
  const own = String(detail ?? type ?? 'no reason given').slice(0, 500);
  const others = Array.isArray(subproblems) ? subproblems.slice(0, 5).map((sub) => problemText(sub)) : [];
  return [own, ...others].join('; ');
}
