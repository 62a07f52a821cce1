import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { clientNetwork } from './client-network.ts';

for (const [address, network] of [
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['1::', '1:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['1:2:3:4:5:6:192.0.2.7', '1:2:3:4::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['unix', 'unix'],
] as const) {
  test(`${address} is ${network}`, () => assert.equal(clientNetwork(address), network));
}

test('all addresses of an IPv6 /64 are one network, others are not', () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((number) => number.toString(16));
  const groups = fc.array(group, { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(groups, groups, (one, two) => {
      const sameHalf = [...one.slice(0, 4), ...two.slice(4)].join(':');
      assert.equal(clientNetwork(one.join(':')), clientNetwork(sameHalf));
      const same = one.slice(0, 4).join(':') === two.slice(0, 4).join(':');
      assert.equal(clientNetwork(one.join(':')) === clientNetwork(two.join(':')), same);
    }),
  );
});
