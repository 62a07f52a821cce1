/** What stands for a run of characters; other numbers are characters (code points). */
const within = -1;
const across = -2;
const slash = 0x2f;

/**
 * Whether the whole text is of the pattern: `*` stands for any characters but a slash, `**` for any characters, everything else for itself.
 * Takes time in proportion to the product of both lengths, whatever the pattern: people choose it, and each event is held against many.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const places = Int32Array.from(pattern.match(/\*+|[^*]/gu) ?? [], placeOf);
  // Whether the text so far may have come to each place in the pattern, and to its end.
  const reached = new Uint8Array(places.length + 1);
  reached[0] = 1;
  skipWild(places, reached);
  for (const character of text) {
    take(places, reached, character.codePointAt(0) ?? 0);
    skipWild(places, reached);
  }
  return reached[places.length] === 1;
}

function placeOf(part: string): number {
  if (part.startsWith('*')) return part.length > 1 ? across : within;
  return part.codePointAt(0) ?? 0;
}

/** One character further. */
function take(places: Int32Array, reached: Uint8Array, code: number): void {
  for (let at = places.length; at >= 0; at -= 1) {
    const stays = places[at] === across || (places[at] === within && code !== slash);
    const comes = at > 0 && reached[at - 1] === 1 && places[at - 1] === code;
    reached[at] = comes || (stays && reached[at] === 1) ? 1 : 0;
  }
}

/** Wildcards may stand for nothing. */
function skipWild(places: Int32Array, reached: Uint8Array): void {
  for (let at = 0; at < places.length; at += 1) if (reached[at] === 1 && (places[at] ?? 0) < 0) reached[at + 1] = 1;
}
