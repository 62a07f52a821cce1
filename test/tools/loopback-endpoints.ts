import { randomInt } from 'node:crypto';
import type { Endpoint } from './load-balancer.ts';

/**
 * Endpoints that stay free while what listens there is dead and started again: the addresses are out of the loopback network
 * at random, and outgoing connections take theirs from 127.0.0.1. Linux answers on all of 127.0.0.0/8.
 */
export function loopbackEndpoints(count: number, port = 5000): Endpoint[] {
  const network = `127.${randomInt(1, 255)}.${randomInt(256)}`;
  return Array.from({ length: count }, (_, index) => ({ address: `${network}.${index + 1}`, port }));
}
