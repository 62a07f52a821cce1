/** What can be found. */
export const searchKinds = ['repository', 'tag', 'digest', 'label'] as const;

/** What the address of the results says. */
export interface Search {
  readonly query: string;
  /** Only these, all of them; without: the first of each. */
  readonly kind?: (typeof searchKinds)[number];
}

/** Takes an address as it comes: what does not fit is left out. */
export function searchOf({ query, kind }: Record<string, unknown>): Search {
  const wanted = searchKinds.find((one) => one === kind);
  // What looks like a number is read as one where somebody wrote the address.
  const text = typeof query === 'string' || typeof query === 'number' ? String(query) : '';
  return { query: text, ...(wanted !== undefined && { kind: wanted }) };
}
