/** How many letters of `b` must be inserted, removed or replaced to get `a` (Levenshtein), row by row. */
function distance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [row, letter] of [...a].entries()) {
    const next = [row + 1];
    for (let at = 0; at < b.length; at++) {
      const replaced = (before[at] ?? 0) + (letter === b[at] ? 0 : 1);
      next.push(Math.min(replaced, (before[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    before = next;
  }
  return before.at(-1) ?? 0;
}

/** The verb that was probably meant; undefined when none is within two letters. */
export function closestVerb(written: string, verbs: readonly string[]): string | undefined {
  const near = verbs
    .filter((verb) => Math.abs(verb.length - written.length) <= 2)
    .map((verb) => ({ verb, distance: distance(written.toLowerCase(), verb) }))
    .filter((one) => one.distance <= 2);
  return near.sort((a, b) => a.distance - b.distance)[0]?.verb;
}
