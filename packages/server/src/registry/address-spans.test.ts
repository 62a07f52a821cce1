import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressKey, closedSpans, isAddressRange, isInSpan } from './address-spans.ts';

const isClosed = (limits: { allowedAddresses?: string[]; deniedAddresses?: string[] }, address: string) =>
  isInSpan(closedSpans({ allowedAddresses: limits.allowedAddresses, deniedAddresses: limits.deniedAddresses }), addressKey(address));

test('addresses and ranges are read in the forms that they are written in, and in no other', () => {
  for (const text of ['10.1.2.3', '0.0.0.0/0', '10.0.0.0/8', '::', '::/0', 'fd00::/8', '::1', '2001:DB8::1:0/112', '::ffff:10.0.0.0/104']) {
    assert.ok(isAddressRange(text), text);
  }
  const wrong = [
    '',
    '10.1.2',
    '10.1.2.256',
    '010.1.2.3',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '0x0a000001',
  ];
  for (const text of [...wrong, '::/129', ':::', '1::2::3', 'fe80::1%eth0/64', '[::1]', 'a', 'localhost', '::1]', '1:2:3:4:5:6:7:8:9']) {
    assert.ok(!isAddressRange(text), text);
  }
});

test('IPv4 inside IPv6 is IPv4, a zone does not count, and what is no address has no key', () => {
  assert.equal(addressKey('::ffff:192.0.2.1'), addressKey('192.0.2.1'));
  assert.equal(addressKey('::FFFF:c000:0201'), addressKey('192.0.2.1'));
  assert.equal(addressKey('fe80::1%eth0'), addressKey('fe80:0::1'));
  assert.notEqual(addressKey('::192.0.2.1'), addressKey('192.0.2.1'));
  assert.equal(addressKey(''), undefined);
  assert.equal(addressKey('unix:/run/socket'), undefined);
});

test('what is not allowed is closed, what is denied is closed although it is allowed', () => {
  const limits = { allowedAddresses: ['10.0.0.0/8', '2001:db8::/32'], deniedAddresses: ['10.9.0.0/16'] };
  for (const address of ['10.0.0.0', '10.8.255.255', '10.255.255.255', '2001:db8:ffff::1', '::ffff:10.1.1.1']) {
    assert.ok(!isClosed(limits, address), address);
  }
  for (const address of [
    '9.255.255.255',
    '11.0.0.0',
    '10.9.0.0',
    '10.9.255.255',
    '2001:db7::',
    '2001:db9::',
    '::ffff:10.9.0.1',
    '::a00:1',
  ]) {
    assert.ok(isClosed(limits, address), address);
  }
  assert.ok(!isClosed({ deniedAddresses: ['192.0.2.0/24'] }, '198.51.100.1'));
  assert.ok(isClosed({ allowedAddresses: ['0.0.0.0/0'] }, '::1'), 'every IPv4 address is no IPv6 address');
  assert.ok(isClosed({ allowedAddresses: ['::/0'] }, '10.0.0.1'), 'every IPv6 address is no IPv4 address');
  assert.ok(isClosed({ allowedAddresses: ['::ffff:0:0/95'] }, '10.0.0.1'), 'a range that is wider than IPv4 is of IPv6');
});

test('an address that is not known is kept out wherever any is', () => {
  assert.ok(isClosed({ deniedAddresses: ['192.0.2.1'] }, 'not known'));
  assert.ok(!isClosed({}, 'not known'));
});

test('limits hold as the lists of Node have them, for addresses in and around every range', () => {
  const byte = fc.nat({ max: 3 });
  const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'));
  const range = fc.tuple(ipv4, fc.nat({ max: 32 })).map(([address, bits]) => `${address}/${bits}`);
  const ranges = fc.uniqueArray(range, { maxLength: 6 });
  fc.assert(
    fc.property(ranges, ranges, fc.array(ipv4, { minLength: 1 }), (allowedAddresses, deniedAddresses, addresses) => {
      const [allowed, denied] = [listOf(allowedAddresses), listOf(deniedAddresses)];
      for (const address of addresses) {
        const isOpen = (allowedAddresses.length === 0 || allowed.check(address)) && !denied.check(address);
        assert.equal(isClosed({ allowedAddresses, deniedAddresses }, address), !isOpen, address);
      }
    }),
  );
});

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    list.addSubnet(address, Number(bits));
  }
  return list;
}
