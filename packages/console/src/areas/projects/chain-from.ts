/** What a project says of its place in a chain. */
interface Place {
  readonly promotesTo?: string;
  readonly promotedFrom: readonly string[];
}

/** The projects before one, and it with all that come after it, in order. */
export interface Chain {
  readonly before: readonly string[];
  readonly from: readonly string[];
}

/** More than any chain has; what comes after is not shown. */
const longest = 12;

/** Follows a chain from `project` on, by what `ask` says of each. It ends where the next may not be seen, and where it meets itself. */
export async function chainFrom(project: string, ask: (name: string) => Promise<Place>): Promise<Chain> {
  const first = await ask(project);
  const from = [project];
  for (let place = first; place.promotesTo !== undefined && !from.includes(place.promotesTo) && from.length < longest; ) {
    from.push(place.promotesTo);
    place = await ask(place.promotesTo);
  }
  return { before: first.promotedFrom, from };
}
