/** Something with the version that a change of it has to name. */
export interface Versioned<T> {
  readonly value: T;
  /** For `If-Match`. */
  readonly etag: string;
}

/** The body of an answer. Rejects as the client does; the answer must have a body. */
export async function bodyOf<T>(asked: Promise<{ data?: T }>): Promise<T> {
  const { data } = await asked;
  if (data === undefined) throw new TypeError('the answer has no body');
  return data;
}

/** The body of an answer with its version. */
export async function versionedOf<T>(asked: Promise<{ data?: T; response: Response }>): Promise<Versioned<T>> {
  const value = await bodyOf(asked);
  return { value, etag: (await asked).response.headers.get('etag') ?? '*' };
}
