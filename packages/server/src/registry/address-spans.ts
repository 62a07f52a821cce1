/** Addresses from `low` to `high`, both inclusive, as `addressKey` writes them. */
export interface AddressSpan {
  readonly low: string;
  readonly high: string;
}

/** What a project that limits addresses takes; undefined: every address, and none. */
export interface AddressLimits {
  /** Addresses and ranges in CIDR form. */
  readonly allowedAddresses: readonly string[] | undefined;
  /** The same; these win. */
  readonly deniedAddresses: readonly string[] | undefined;
}

interface Family {
  /** What the key begins with. */
  readonly letter: '4' | '6';
  readonly bits: number;
}

interface Block {
  readonly family: Family;
  readonly low: bigint;
  readonly high: bigint;
}

const version4: Family = { letter: '4', bits: 32 };
const version6: Family = { letter: '6', bits: 128 };
/** `::ffff:0:0/96`, in which IPv4 stands inside IPv6 (RFC 4291 section 2.5.5.2). */
const mapped = 0xffffn << 32n;

/**
 * An address as text that sorts as addresses do: its version, then its bits in hexadecimal. IPv4 inside IPv6 (`::ffff:192.0.2.1`) is the
 * IPv4 address, a zone (`%eth0`) is left out. Undefined for what is no address.
 */
export function addressKey(text: string): string | undefined {
  const [bare = ''] = text.split('%', 1);
  const block = blockOf(bare);
  return block && keyOf(block.family, block.low);
}

/** Whether `text` is an address or a range in CIDR form: `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`. */
export function isAddressRange(text: string): boolean {
  return blockOf(text) !== undefined;
}

/** The addresses that these limits keep out, of both versions; throws a RangeError for what is no range. */
export function closedSpans({ allowedAddresses = [], deniedAddresses = [] }: AddressLimits): AddressSpan[] {
  const denied = deniedAddresses.map(requireBlock);
  const allowed = allowedAddresses.map(requireBlock);
  const others = allowed.length === 0 ? [] : [version4, version6].flatMap((family) => gaps(family, allowed));
  return [...others, ...denied].map(({ family, low, high }) => ({ low: keyOf(family, low), high: keyOf(family, high) }));
}

/** Whether one of these spans has the address; an address that is not known is in every span. */
export function isInSpan(spans: readonly AddressSpan[], key: string | undefined): boolean {
  return key === undefined ? spans.length > 0 : spans.some(({ low, high }) => low <= key && key <= high);
}

/** What is between and around the blocks of one version. */
function gaps(family: Family, blocks: readonly Block[]): Block[] {
  const found: Block[] = [];
  let next = 0n;
  const own = blocks.filter((block) => block.family === family).sort((left, right) => (left.low < right.low ? -1 : 1));
  for (const { low, high } of own) {
    if (low > next) found.push({ family, low: next, high: low - 1n });
    if (high >= next) next = high + 1n;
  }
  const end = (1n << BigInt(family.bits)) - 1n;
  return next > end ? found : [...found, { family, low: next, high: end }];
}

function requireBlock(text: string): Block {
  const block = blockOf(text);
  if (block === undefined) throw new RangeError(`'${text}' is no address and no range of addresses`);
  return block;
}

/** `ADDRESS` or `ADDRESS/BITS`; bits of the address beyond the prefix do not count. */
function blockOf(text: string): Block | undefined {
  const [address = '', prefix, ...more] = text.split('/');
  const value = addressOf(address);
  if (value === undefined || more.length > 0 || (prefix !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(prefix))) return undefined;
  const bits = prefix === undefined ? value.family.bits : Number(prefix);
  if (bits > value.family.bits) return undefined;
  if (value.family === version6 && bits >= 96 && value.number >> 32n === mapped >> 32n) {
    return span(version4, value.number & 0xffffffffn, bits - 96);
  }
  return span(value.family, value.number, bits);
}

function span(family: Family, number: bigint, bits: number): Block {
  const rest = (1n << BigInt(family.bits - bits)) - 1n;
  return { family, low: number & ~rest, high: number | rest };
}

function addressOf(address: string): { family: Family; number: bigint } | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1);
  if (parts !== undefined) {
    // A zero in front is octal to some and not to others.
    if (parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) return undefined;
    return { family: version4, number: parts.reduce((sum, part) => (sum << 8n) + BigInt(part), 0n) };
  }
  if (!/^[0-9a-f:.]{2,45}$/i.test(address) || !address.includes(':') || !URL.canParse(`http://[${address}]`)) return undefined;
  // Groups in hexadecimal, whatever form it had.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = [], tail = []] = canonical.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const groups = [...head, ...new Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return { family: version6, number: groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n) };
}

function keyOf({ letter, bits }: Family, number: bigint): string {
  return letter + number.toString(16).padStart(bits / 4, '0');
}
