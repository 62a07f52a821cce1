import { isIP } from 'node:net';

/** A block of addresses: those that begin with the first `bits` bits of `bytes`. */
export interface Network {
  /** 4 or 16. */
  readonly bytes: Uint8Array;
  readonly bits: number;
}

const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/**
 * An address as bytes: 4, or 16 of IPv6. IPv4 inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address, which is what it reaches. A zone
 * (`%eth0`) is left out. Undefined for what is no address in its usual form: URLs bring the other forms (octal, hexadecimal, one number)
 * into that one.
 */
export function addressBytes(text: string): Uint8Array | undefined {
  const [bare = ''] = text.split('%');
  const version = isIP(bare);
  if (version === 0) return undefined;
  if (version === 4) return Uint8Array.from(bare.split('.'), Number);
  const bytes = ipv6Bytes(bare);
  return mappedPrefix.every((byte, index) => bytes[index] === byte) ? bytes.subarray(12) : bytes;
}

/** `ADDRESS` or `ADDRESS/BITS`; undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', prefix] = text.split('/');
  const bytes = addressBytes(address);
  if (bytes === undefined) return undefined;
  const all = bytes.length * 8;
  if (prefix === undefined) return { bytes, bits: all };
  // The prefix of a mapped network counts the bits of the IPv6 address.
  const bits = Number(prefix) - (bytes.length === 4 && address.includes(':') ? 96 : 0);
  return Number.isInteger(bits) && bits >= 0 && bits <= all ? { bytes, bits } : undefined;
}

/** Whether the address, as bytes, is of the network. */
export function isWithin(address: Uint8Array, { bytes, bits }: Network): boolean {
  if (address.length !== bytes.length) return false;
  for (let index = 0; index * 8 < bits; index += 1) {
    const left = bits - index * 8;
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    if ((((address[index] ?? 0) ^ (bytes[index] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

function ipv6Bytes(text: string): Uint8Array {
  // Eight groups in hexadecimal, whatever form it had.
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [head = [], tail = []] = canonical.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const groups = [...head, ...new Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return Uint8Array.from(
    groups.flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}
