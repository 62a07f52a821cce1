import { isWithin, type Network, parseNetwork } from './ip-address.ts';

const networks = (...texts: string[]): readonly Network[] => texts.map((text) => parseNetwork(text) ?? fail(text));

/** What the IANA registries of special-purpose addresses (RFC 6890) do not call globally reachable, and what reaches such addresses. */
const forbidden = networks(
  '0.0.0.0/8', // "this network"; Linux connects it to itself
  '10.0.0.0/8',
  '100.64.0.0/10', // carrier-grade NAT; the metadata service of Alibaba
  '127.0.0.0/8',
  '168.63.129.16/32', // the wire server of Azure, which every virtual machine reaches
  '169.254.0.0/16', // link-local; the metadata services of most clouds
  '172.16.0.0/12',
  '192.0.0.0/24', // IETF protocols; the metadata service of Oracle
  '192.0.2.0/24',
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3', // multicast, reserved, broadcast
  '2001::/23', // IETF protocols; Teredo, which carries IPv4
  '2001:db8::/32',
  '2002::/16', // 6to4, which carries IPv4
  '3fff::/20',
);

/** All of IPv6 that is given out to be reached from everywhere. */
const [globalUnicast] = networks('2000::/3');
/** RFC 6052: what a translator reaches as the IPv4 address in the last 32 bits. */
const [translated] = networks('64:ff9b::/96');

/** Whether an address, as bytes, is one of the open internet; loopback, private, link-local, metadata and reserved ones are not, in any disguise. */
export function isPublicAddress(address: Uint8Array): boolean {
  if (address.length === 4) return !forbidden.some((network) => isWithin(address, network));
  if (translated !== undefined && isWithin(address, translated)) return isPublicAddress(address.subarray(12));
  return globalUnicast !== undefined && isWithin(address, globalUnicast) && !forbidden.some((network) => isWithin(address, network));
}

function fail(text: string): never {
  throw new TypeError(`${text} is no network`);
}
