/** Compares versions as dpkg does (deb-version(7)): negative when the first is older. */
export function compareDebianVersions(left: string, right: string): number {
  const [some, others] = [partsOf(left), partsOf(right)];
  return some.epoch - others.epoch || compareParts(some.upstream, others.upstream) || compareParts(some.revision, others.revision);
}

function partsOf(version: string) {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon === -1 ? 0 : Number(version.slice(0, colon)) || 0,
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    revision: dash === -1 ? '' : rest.slice(dash + 1),
  };
}

/** Parts that are no digits, and numbers, in turns. */
function compareParts(left: string, right: string): number {
  const [some, others] = [left.split(/(\d+)/), right.split(/(\d+)/)];
  for (let place = 0; place < Math.max(some.length, others.length); place += 1) {
    const [one = '', other = ''] = [some[place], others[place]];
    const order = place % 2 === 0 ? compareText(one, other) : compareNumbers(one, other);
    if (order !== 0) return order;
  }
  return 0;
}

/** However many digits they have. */
function compareNumbers(left: string, right: string): number {
  const [one, other] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')];
  return one.length - other.length || (one < other ? -1 : Number(one > other));
}

function compareText(left: string, right: string): number {
  for (let place = 0; place < Math.max(left.length, right.length); place += 1) {
    const order = rank(left, place) - rank(right, place);
    if (order !== 0) return order;
  }
  return 0;
}

/** A tilde before the end, the end before letters, letters before the rest. */
function rank(text: string, place: number): number {
  const code = text.charCodeAt(place);
  if (Number.isNaN(code)) return 0;
  if (code === 0x7e) return -1;
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return isLetter ? code : code + 256;
}
