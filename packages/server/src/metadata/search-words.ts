import { mostSearched } from '../registry/ports/browse-store.ts';

/** How many words of a name are found; names of people have fewer. */
const mostWords = 32;

/**
 * What a name is found by: the name itself and what follows each character that is no letter or digit, all to the end, so that a term
 * finds by one range whatever begins with it. Only as many characters are kept as can be searched for.
 */
export function searchWords(name: string): { readonly word: string; readonly position: number }[] {
  const starts = [0, ...[...name.matchAll(/[^a-z0-9](?=[a-z0-9])/g)].map(({ index }) => index + 1)];
  return starts.slice(0, mostWords).map((position) => ({ word: name.slice(position, position + mostSearched), position }));
}
