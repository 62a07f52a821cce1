/** Compares versions (`[epoch:]version[-release]`) as rpm does (rpm-version(7)): negative when the first is older. */
export function compareRpmVersions(left: string, right: string): number {
  const [some, others] = [partsOf(left), partsOf(right)];
  return some.epoch - others.epoch || compareParts(some.version, others.version) || compareParts(some.release, others.release);
}

function partsOf(text: string) {
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number(text.slice(0, colon)) || 0,
    version: dash < 0 ? rest : rest.slice(0, dash),
    release: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** Numbers, words, `~` and `^`; whatever else stands between them only parts them. */
function compareParts(left: string, right: string): number {
  const [some, others] = [segmentsOf(left), segmentsOf(right)];
  for (let place = 0; place < Math.max(some.length, others.length); place += 1) {
    const [one, other] = [some[place], others[place]];
    if (one === other) continue;
    const order = rank(one) - rank(other);
    if (order !== 0) return order;
    if (one !== undefined && other !== undefined) return compareAlike(one, other);
  }
  return 0;
}

/** Zeros before a number count for nothing. */
const segmentsOf = (text: string): string[] => (text.match(/\d+|[A-Za-z]+|[~^]/g) ?? []).map((part) => part.replace(/^0+(?=\d)/, ''));

/** A tilde before the end, the end before a caret, that before words, words before numbers. */
function rank(segment: string | undefined): number {
  if (segment === undefined) return 1;
  if (segment === '~') return 0;
  if (segment === '^') return 2;
  return /^\d/.test(segment) ? 4 : 3;
}

function compareAlike(one: string, other: string): number {
  const isNumber = /^\d/.test(one);
  if (isNumber && one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : 1;
}
