import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { clientNetwork } from '../identity/client-network.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { RequestRates } from './request-rates.ts';

function ratesOf(perSecond: number) {
  const clientOf = (address: string) => (address === '10.0.0.1' ? undefined : clientNetwork(address));
  const rates = new RequestRates({ perSecond, clientOf, what: 'requests a second', onRefusal: () => undefined });
  /** Sends requests at one moment; how many are admitted, and what the first refused one is told. */
  const send = (clientAddress: string, count: number, seconds: number): { admitted: number; retryAfter: string | undefined } => {
    for (let admitted = 0; admitted < count; admitted += 1) {
      try {
        rates.admit(clientAddress, 1_000_000 + seconds * 1000);
      } catch (error) {
        assert.ok(error instanceof RegistryError && error.code === 'TOOMANYREQUESTS' && error.status === 429);
        return { admitted, retryAfter: error.headers['Retry-After'] };
      }
    }
    return { admitted: count, retryAfter: undefined };
  };
  return send;
}

test('ten seconds of requests at once, then the rate', () => {
  const send = ratesOf(5);
  assert.deepEqual(send('192.0.2.1', 100, 0), { admitted: 50, retryAfter: '1' });
  assert.equal(send('192.0.2.1', 100, 1).admitted, 5);
  assert.equal(send('192.0.2.1', 100, 3).admitted, 10);
  assert.equal(send('192.0.2.1', 100, 60).admitted, 50, 'and after a rest all of it again');
});

test('one client does not use up what another has', () => {
  const send = ratesOf(1);
  assert.equal(send('192.0.2.1', 20, 0).admitted, 10);
  assert.equal(send('192.0.2.2', 20, 0).admitted, 10);
});

test('an IPv6 /64 is one client', () => {
  const send = ratesOf(1);
  assert.equal(send('2001:db8::1', 6, 0).admitted, 6);
  assert.equal(send('2001:db8::2', 6, 0).admitted, 4);
  assert.equal(send('2001:db8:0:1::1', 6, 0).admitted, 6);
});

test('a proxy that stands for many clients has no limit', () => {
  assert.equal(ratesOf(1)('10.0.0.1', 1000, 0).admitted, 1000);
});

test('a client is not forgotten while its bucket is not full', () => {
  const send = ratesOf(1);
  let admitted = 0;
  for (let second = 0; second < 100; second += 1) admitted += send('192.0.2.1', 20, second).admitted;
  assert.equal(admitted, 10 + 99);
});

test('a flood of addresses costs a bounded amount of memory', () => {
  const send = ratesOf(1);
  const before = usedBytes();
  for (let index = 0; index < 500_000; index += 1) send(`2001:db8:${(index >> 16).toString(16)}:${(index & 65535).toString(16)}::1`, 1, 0);
  assert.ok(usedBytes() - before < 50 * 1024 * 1024);
  // Still in use, so that what it remembers is counted.
  assert.equal(send('192.0.2.1', 20, 0).admitted, 10);
});

/** Of the heap, without garbage. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
