import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitString, element, integer, objectIdentifier, octetString, sequence, tagged, time, utf8String, yes } from './der.ts';

const table: readonly (readonly [string, Uint8Array, string])[] = [
  ['a short length', octetString(Buffer.alloc(127)), `047f${'00'.repeat(127)}`],
  ['a length of two bytes', octetString(Buffer.alloc(128)), `048180${'00'.repeat(128)}`],
  ['a length of three bytes', octetString(Buffer.alloc(256)), `04820100${'00'.repeat(256)}`],
  ['zero', integer(Buffer.of(0, 0)), '020100'],
  ['a number without leading zeros', integer(Buffer.of(0, 1, 2)), '02020102'],
  ['a number that would look negative', integer(Buffer.of(0x80)), '02020080'],
  ['bits', bitString(Buffer.of(0x06), 1), '03020106'],
  ['ecdsa-with-SHA256', objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
  ['commonName', objectIdentifier('2.5.4.3'), '0603550403'],
  ['text', utf8String('ä'), '0c02c3a4'],
  ['true', yes, '0101ff'],
  ['elements in elements', sequence(tagged(0, 'constructed', yes), tagged(2, 'primitive', Buffer.from('a'))), '3008a0030101ff820161'],
  ['nothing inside', element(0x05), '0500'],
  ['UTCTime', time(new Date('2049-12-31T23:59:58.900Z')), `170d${Buffer.from('491231235958Z').toString('hex')}`],
  ['GeneralizedTime', time(new Date('2050-01-02T03:04:05Z')), `180f${Buffer.from('20500102030405Z').toString('hex')}`],
];
for (const [what, bytes, hex] of table) test(`DER of ${what}`, () => assert.equal(Buffer.from(bytes).toString('hex'), hex));
