import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPublicAddress } from './forbidden-networks.ts';
import { addressBytes, isWithin, parseNetwork } from './ip-address.ts';

const octets = fc.uint8Array({ minLength: 4, maxLength: 4 });
const numberOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
const dotted = (bytes: Uint8Array) => [...bytes].join('.');
const groupsOf = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / 2 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
const isPublic = (text: string) => isPublicAddress(addressBytes(text) ?? assert.fail(`${text} is no address`));

/** Every form in which inet_aton and URLs take an IPv4 address. */
function formsOf(bytes: Uint8Array): string[] {
  const value = numberOf(bytes);
  const [first = 0, second = 0] = bytes;
  const octal = [...bytes].map((byte) => `0${byte.toString(8)}`);
  const hex = [...bytes].map((byte) => `0x${byte.toString(16)}`);
  return [
    dotted(bytes),
    `${dotted(bytes)}.`,
    String(value),
    `0x${value.toString(16)}`,
    `0${value.toString(8)}`,
    octal.join('.'),
    hex.join('.'),
    `${first}.${value & 0xffffff}`,
    `${first}.${second}.${value & 0xffff}`,
    `0x${first.toString(16)}.0${(value & 0xffffff).toString(8)}`,
    dotted(bytes).replaceAll('.', '。'),
    dotted(bytes).replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    dotted(bytes).replaceAll(/\d/g, (digit) => `%3${digit}`),
  ];
}

test('every textual form of an IPv4 address in a URL is that address', () => {
  fc.assert(
    fc.property(octets, (bytes) => {
      for (const form of formsOf(bytes)) {
        const { hostname } = new URL(`http://${form}/`);
        assert.deepEqual(addressBytes(hostname), bytes, form);
      }
    }),
  );
});

test('every textual form of an IPv6 address is that address, and IPv4 in it is IPv4', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), octets, fc.nat(7), fc.nat(8), (random, ipv4, from, length) => {
      // A run of zeros, for the forms with two colons.
      const bytes = random.fill(0, 2 * from, Math.min(16, 2 * (from + length)));
      bytes[0] = 0x20;
      const groups = groupsOf(bytes).map((group) => group.toString(16));
      const short = groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::');
      const full = groups.map((group) => group.padStart(4, '0').toUpperCase()).join(':');
      const mixed = `${groups.slice(0, 6).join(':')}:${dotted(bytes.subarray(12))}`;
      for (const form of [groups.join(':'), short, full, mixed, `${short}%eth0`]) assert.deepEqual(addressBytes(form), bytes, form);
      const hex = groupsOf(ipv4)
        .map((group) => group.toString(16))
        .join(':');
      for (const form of [`::ffff:${dotted(ipv4)}`, `::FFFF:${hex}`, `0:0:0:0:0:ffff:${hex}`])
        assert.deepEqual(addressBytes(form), ipv4, form);
    }),
  );
});

test('what is no address is none', () => {
  for (const text of [
    '',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4/8',
    ':::',
    '1::2::3',
    '12345::',
    '[::1]',
    '0x7f000001',
  ]) {
    assert.equal(addressBytes(text), undefined, text);
  }
});

test('a network holds exactly the addresses that begin like it', () => {
  fc.assert(
    fc.property(fc.oneof(octets, fc.uint8Array({ minLength: 16, maxLength: 16 })), fc.nat(128), fc.nat(127), (address, length, flipped) => {
      const bits = Math.min(length, address.length * 8);
      const other = Uint8Array.from(address);
      const at = flipped % (address.length * 8);
      other[at >> 3] = (other[at >> 3] ?? 0) ^ (0x80 >> (at & 7));
      assert.ok(isWithin(address, { bytes: address, bits }));
      assert.equal(isWithin(other, { bytes: address, bits }), at >= bits);
      assert.equal(isWithin(address.subarray(1), { bytes: address, bits: 0 }), false);
    }),
  );
  assert.deepEqual(parseNetwork('10.0.0.0/8')?.bits, 8);
  assert.deepEqual(parseNetwork('::ffff:10.0.0.0/104')?.bits, 8);
  for (const text of ['10.0.0.0/33', 'example.org', '::/129', '10.0.0.0/x', '10.0.0.0/-1'])
    assert.equal(parseNetwork(text), undefined, text);
});

test('loopback, private, link-local, metadata, multicast and reserved addresses are not public, in no disguise', () => {
  const forbidden = [
    ['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.100.100.200', '100.127.255.255', '127.0.0.1', '127.255.0.9'],
    ['168.63.129.16', '169.254.169.254', '169.254.170.2', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.0.2.1', '192.168.0.1'],
    [
      '192.88.99.1',
      '198.18.0.1',
      '198.19.255.255',
      '198.51.100.7',
      '203.0.113.9',
      '224.0.0.1',
      '239.1.1.1',
      '240.0.0.1',
      '255.255.255.255',
    ],
  ].flat();
  for (const address of forbidden) {
    assert.equal(isPublic(address), false, address);
    const [high = 0, low = 0] = groupsOf(addressBytes(address) ?? assert.fail());
    const hex = `${high.toString(16)}:${low.toString(16)}`;
    for (const disguise of [
      `::ffff:${address}`,
      `::${address}`,
      `64:ff9b::${address}`,
      `64:ff9b:1::${hex}`,
      `2002:${hex}::1`,
      `2001::${hex}`,
    ])
      assert.equal(isPublic(disguise), false, disguise);
  }
  const ipv6 = [
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    'fec0::1',
    '2001:db8::1',
    '100::1',
    '3fff::1',
    '5f00::1',
  ];
  for (const address of ipv6) assert.equal(isPublic(address), false, address);
});

test('addresses of the internet are public', () => {
  const open = [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.1',
    '223.255.255.255',
  ];
  for (const address of [...open, '2606:4700:4700::1111', '2a00:1450::1', '64:ff9b::1.1.1.1', '::ffff:8.8.8.8'])
    assert.equal(isPublic(address), true, address);
});
