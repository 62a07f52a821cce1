/** How many letters of `b` must be inserted, removed or replaced to get `a`. */
function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return distance(restA, restB);
  return 1 + Math.min(distance(restA, b), distance(a, restB), distance(restA, restB));
}

/** The verb that was probably meant; undefined when none is within two letters. Verbs are short: no table is kept. */
export function closestVerb(written: string, verbs: readonly string[]): string | undefined {
  const near = verbs
    .filter((verb) => Math.abs(verb.length - written.length) <= 2)
    .map((verb) => ({ verb, distance: distance(written.toLowerCase(), verb) }))
    .filter((one) => one.distance <= 2);
  return near.sort((a, b) => a.distance - b.distance)[0]?.verb;
}
