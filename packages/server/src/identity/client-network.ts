import { isIPv6 } from 'node:net';

/**
 * What counts as one place that logins, requests and connections come from: an IPv4 address, or an IPv6 /64, since whoever has one IPv6 address
 * has all of its network. IPv4 inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address. Other text stands for itself.
 */
export function clientNetwork(address: string): string {
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return bare;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [left = '', right] = bare.split('::');
  const before = groupsOf(left);
  const after = groupsOf(right ?? '');
  // What `::` left out; without `::` all eight groups are there.
  const missing = Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** A dotted tail (`64:ff9b::192.0.2.1`) stands for two groups; which ones is beyond the first four. */
function groupsOf(text: string): string[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}
