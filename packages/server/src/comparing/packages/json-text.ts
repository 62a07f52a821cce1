/** The longest of a hundred thousand packages have half a megabyte; whatever is longer was made to cost memory. */
const mostBytes = 4 * 1024 * 1024;

/** The object that a file is in JSON; undefined when it is none, or too long. */
export function jsonObject(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  if (bytes.length > mostBytes) return undefined;
  try {
    return asObject(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The same value as an object; undefined when it is something else. A list is an object by its places. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
