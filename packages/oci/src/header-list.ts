/**
 * Splits a header value at `separator` outside quoted strings (RFC 9110 sections 5.6.1 and 5.6.4), trims the parts
 * and drops empty ones. One pass; an unterminated quote runs to the end.
 */
export function splitHeaderList(value: string, separator: ',' | ';'): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index <= value.length; index += 1) {
    const character = value[index];
    if (quoted && character === '\\') index += 1;
    else if (character === '"') quoted = !quoted;
    if (index >= value.length || (character === separator && !quoted)) {
      const part = value.slice(start, index).trim();
      if (part !== '') parts.push(part);
      start = index + 1;
    }
  }
  return parts;
}

/** The text of a quoted string, or the value itself when it is not quoted. */
function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replace(/\\(.)/gs, '$1');
}

/** A quoted string (RFC 9110 section 5.6.4); characters that no header may hold are dropped. */
export function quote(value: string): string {
  return `"${value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').replace(/["\\]/g, '\\$&')}"`;
}

/** A `name=value` parameter with its name in lower case and its value unquoted; undefined without `=` or name. */
export function parseParameter(text: string): readonly [name: string, value: string] | undefined {
  const equals = text.indexOf('=');
  if (equals < 1) return undefined;
  return [text.slice(0, equals).trim().toLowerCase(), unquote(text.slice(equals + 1).trim())];
}
