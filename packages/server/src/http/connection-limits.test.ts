import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { clientNetwork } from '../identity/client-network.ts';
import { connectionOf } from './connection.ts';
import { limitConnections } from './connection-limits.ts';

/** A server that allows two connections per client. It is told of sockets: one machine has no two networks to connect from. */
function limited() {
  const server = createServer();
  const clients = { networkOf: clientNetwork, isShared: (address: string) => address === '2001:db8:0:9::1' };
  const limits = { connections: 100, connectionsPerAddress: 2 };
  limitConnections(server, limits, clients, () => undefined);
  const connect = (address: string) => {
    const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: address });
    server.emit('connection', socket);
    return { socket, isRefused: connectionOf(socket).refusal !== undefined };
  };
  return { connect };
}

test('addresses of one IPv6 /64 count as one client, those of another and IPv4 addresses do not', async () => {
  const { connect } = limited();
  const held = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1', '192.0.2.1', '192.0.2.2', '192.0.2.3'].map(connect);
  assert.deepEqual(
    held.map(({ isRefused }) => isRefused),
    [false, false, false, false, false, false],
  );
  assert.ok(connect('2001:db8::3').isRefused);
  assert.ok(!connect('::ffff:192.0.2.1').isRefused);
  assert.ok(connect('192.0.2.1').isRefused, 'IPv4 inside IPv6 is the same address');
  const [first] = held;
  await new Promise((resolve) => first?.socket.once('close', resolve).destroy());
  assert.ok(!connect('2001:db8::4').isRefused, 'what is closed makes room');
});

test('addresses that many clients share have no limit of their own', () => {
  const { connect } = limited();
  for (let count = 0; count < 5; count += 1) assert.ok(!connect('2001:db8:0:9::1').isRefused);
});
