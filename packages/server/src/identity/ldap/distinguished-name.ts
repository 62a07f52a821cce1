/**
 * The value of the first part of a distinguished name (RFC 4514): `dev, ops` of `cn=dev\, ops+ou=x,ou=groups`. Undefined when the text
 * has no such part, or its value is written as BER.
 */
export function firstNameOf(dn: string): string | undefined {
  // A space at the end counts only when it is escaped.
  const [, written] = /^\s*[a-z0-9.-]+\s*=\s*((?:\\.|[^\\,+;\s]|\s+(?!\s*(?:[,+;]|$)))*)/is.exec(dn) ?? [];
  if (written === undefined || written.startsWith('#')) return undefined;
  const name = written.replace(/(?:\\[0-9a-f]{2})+|\\./gis, (escaped) =>
    /^\\[0-9a-f]{2}/i.test(escaped) ? Buffer.from(escaped.replaceAll('\\', ''), 'hex').toString('utf8') : escaped.slice(1),
  );
  return name === '' ? undefined : name;
}

/** Whether `dn` is `base` or below it, as far as their texts tell: in any case, with or without spaces between their parts. */
export function isBelow(dn: string, base: string): boolean {
  const [inner, outer] = [plain(dn), plain(base)];
  if (inner === outer) return true;
  const before = inner.slice(0, -outer.length);
  // A comma that is part of a name ends no part of one.
  return inner.endsWith(outer) && before.endsWith(',') && ((/\\*,$/.exec(before)?.[0].length ?? 0) & 1) === 1;
}

const plain = (dn: string): string =>
  dn
    .trim()
    .toLowerCase()
    .replace(/\s*([,=+])\s*/g, '$1');
