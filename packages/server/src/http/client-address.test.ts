import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import type { ShownCertificate } from '../registry/ports/shown-certificate.ts';
import { Origins, plainAddress } from './client-address.ts';

const requestWith = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;
const from = (address: string) => ({ peer: plainAddress(address), secure: false });
const trusting = new Origins(['10.0.0.0/8', '192.0.2.7', 'fd00::/8'], undefined);

const rows: readonly (readonly [string, string, string | undefined, string])[] = [
  ['a client', '203.0.113.1', undefined, '203.0.113.1'],
  ['a client that claims to be another', '203.0.113.1', '198.51.100.9', '203.0.113.1'],
  ['a client behind a trusted proxy', '10.0.0.1', '203.0.113.1', '203.0.113.1'],
  ['a client behind two trusted proxies', '10.0.0.1', '203.0.113.1, 10.0.0.2', '203.0.113.1'],
  ['a client behind a proxy that claims to be behind another', '10.0.0.1', '198.51.100.9, 203.0.113.1', '203.0.113.1'],
  ['a client that names a trusted proxy', '10.0.0.1', '192.0.2.7, 203.0.113.1', '203.0.113.1'],
  ['a proxy that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
  ['a proxy that says nonsense', '10.0.0.1', 'unknown', '10.0.0.1'],
  ['nonsense in the middle', '10.0.0.1', '203.0.113.1, unknown, 10.0.0.2', '10.0.0.2'],
  ['only trusted hops', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['a client of a dual-stack listener', '::ffff:203.0.113.1', undefined, '203.0.113.1'],
  ['a trusted proxy at a dual-stack listener', '::ffff:10.0.0.1', '203.0.113.1', '203.0.113.1'],
  ['a mapped client behind a proxy', 'fd00::1', '::ffff:203.0.113.1', '203.0.113.1'],
  ['a client whose port the proxy tells too', '10.0.0.1', '203.0.113.1:4711', '203.0.113.1'],
  ['a client with brackets and a port', '10.0.0.1', '[2001:db8::1]:4711, 10.0.0.2:80', '2001:db8::1'],
  ['a client with brackets', '10.0.0.1', '[2001:db8::1]', '2001:db8::1'],
  ['a client whose last group is no port', '10.0.0.1', '2001:db8::1:80', '2001:db8::1:80'],
  ['a neighbour of a trusted address', '192.0.2.8', '203.0.113.1', '192.0.2.8'],
];
for (const [title, peer, forwarded, expected] of rows) {
  test(`the address of ${title}`, () => {
    const headers = { host: 'registry', ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }) };
    assert.equal(trusting.of(requestWith(headers), from(peer)).address, expected);
  });
}

test('scheme and host are those of the last trusted hop, when they are any', () => {
  const of = (headers: Record<string, string>, peer = '10.0.0.1') =>
    trusting.of(requestWith({ host: 'inner:5000', ...headers }), from(peer)).baseUrl;
  assert.equal(of({ 'x-forwarded-host': 'a.example, b.example:8443', 'x-forwarded-proto': 'http, https' }), 'https://b.example:8443');
  assert.equal(of({ 'x-forwarded-host': 'evil/path', 'x-forwarded-proto': 'javascript' }), 'http://localhost');
  assert.equal(of({}), 'http://inner:5000');
  assert.equal(of({ 'x-forwarded-host': 'a.example', 'x-forwarded-proto': 'https' }, '203.0.113.1'), 'http://inner:5000');
});

test('over HTTP/2, the host is the one of :authority, whatever Host says', () => {
  const { host } = trusting.of(requestWith({ ':authority': 'registry:5000', host: 'other.example' }), from('203.0.113.1'));
  assert.equal(host, 'registry:5000');
});

test('proxies are known by address and range', () => {
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', 'fd12::1']) assert.ok(trusting.isTrustedProxy(address), address);
  for (const address of ['11.0.0.1', '192.0.2.8', 'fe80::1', '', 'x']) assert.ok(!trusting.isTrustedProxy(address), address);
  assert.ok(!new Origins([], undefined).isTrustedProxy('127.0.0.1'));
});

test('a certificate is of the client alone: not behind a proxy that is trusted, nor for a page of another site', () => {
  const shown = { thumbprint: 'x' } as ShownCertificate;
  const of = (headers: Record<string, string>, peer = '203.0.113.1') =>
    trusting.of(requestWith({ host: 'registry', ...headers }), { peer, secure: true, certificate: () => shown }).certificate;
  assert.equal(of({}), shown);
  assert.equal(of({ origin: 'https://registry', 'sec-fetch-site': 'same-origin' }), shown);
  assert.equal(of({ 'sec-fetch-site': 'none' }), shown);
  assert.equal(of({ 'x-forwarded-for': '203.0.113.1' }, '10.0.0.1'), undefined);
  for (const origin of ['https://evil.example', 'http://registry', 'null']) assert.equal(of({ origin }), undefined, origin);
  for (const site of ['cross-site', 'same-site', 'x']) assert.equal(of({ 'sec-fetch-site': site }), undefined, site);
});
