import { createHash } from 'node:crypto';

const longestName = 64;
const numbered = 9;

/**
 * Names for somebody or something that is called so elsewhere, in the order in which they are to be tried: as much of the wish as
 * a name here may have, then numbered, at last one that nothing else gets. `id` tells it from everything else of that name.
 */
export function namesFor(wish: string, id: string, otherwise: string): readonly string[] {
  const name = nearestName(wish, longestName) || otherwise;
  const unlike = createHash('sha256').update(id).digest('hex').slice(0, 12);
  const endings = [...Array.from({ length: numbered - 1 }, (_, index) => `-${index + 2}`), `-${unlike}`];
  return [name, ...endings.map((ending) => nearestName(name, longestName - ending.length) + ending)];
}

/** Letters and digits of ASCII in lower case, with single separators in between; accents go, and what has no such letter. */
function nearestName(text: string, longest: number): string {
  return text
    .slice(0, 1024)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/[._-]{2,}/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, longest)
    .replace(/[._-]+$/, '');
}
