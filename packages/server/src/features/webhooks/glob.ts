type Token = { readonly literal: string } | { readonly wild: 'within' | 'across' };

/**
 * Whether the whole text is of the pattern: `*` stands for any characters but a slash, `**` for any characters, everything else for itself.
 * Takes time in proportion to the product of both lengths, whatever the pattern.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const tokens = tokensOf(pattern);
  // Which tokens may come next, after each character.
  let next = skipWild(tokens, new Set([0]));
  for (const character of text) {
    const reached = new Set<number>();
    for (const at of next) {
      const token = tokens[at];
      if (token === undefined) continue;
      if ('literal' in token) {
        if (token.literal === character) reached.add(at + 1);
      } else if (token.wild === 'across' || character !== '/') reached.add(at);
    }
    if (reached.size === 0) return false;
    next = skipWild(tokens, reached);
  }
  return next.has(tokens.length);
}

function tokensOf(pattern: string): Token[] {
  return (pattern.match(/\*+|[^*]/gu) ?? []).map((part) =>
    part.startsWith('*') ? { wild: part.length > 1 ? 'across' : 'within' } : { literal: part },
  );
}

/** Wildcards may stand for nothing. */
function skipWild(tokens: readonly Token[], places: Set<number>): Set<number> {
  for (const at of places) {
    const token = tokens[at];
    if (token !== undefined && 'wild' in token) places.add(at + 1);
  }
  return places;
}
