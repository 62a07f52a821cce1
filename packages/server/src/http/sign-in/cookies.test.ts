import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpExchange } from '../http-exchange.ts';
import { keepInBrowser, keptByBrowser } from './cookies.ts';
import { isOwnPage } from './own-page.ts';
import { languageOf } from './words.ts';

const exchange = (baseUrl: string, headers: Record<string, string> = {}) =>
  ({ request: { headers }, origin: { baseUrl, host: new URL(baseUrl).host } }) as unknown as HttpExchange;
const https = 'https://registry.example';

test('over TLS the cookie is for this host alone and never sent without TLS', () => {
  const set = keepInBrowser(exchange(https), 'session', 'v', false);
  assert.equal(set, '__Host-longshore=v; Path=/; HttpOnly; SameSite=Lax; Secure');
  assert.equal(
    keepInBrowser(exchange(https), 'step', 'v', true),
    '__Host-longshore-step=v; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600',
  );
  assert.equal(
    keepInBrowser(exchange(https), 'session', undefined, false),
    '__Host-longshore=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0',
  );
});

test('without TLS it is sent within a host, or where the settings say that clients use plain HTTP', () => {
  const isSecure = (baseUrl: string, plainPublicUrl = false) =>
    keepInBrowser(exchange(baseUrl), 'session', 'v', plainPublicUrl).startsWith('__Host-');
  for (const host of ['localhost', 'localhost:5000', '127.0.0.1:5000', '[::1]:5000']) assert.equal(isSecure(`http://${host}`), false, host);
  for (const host of ['registry.example', '10.0.0.1', 'localhost.evil.example', '127.evil.example'])
    assert.equal(isSecure(`http://${host}`), true, host);
  assert.equal(isSecure('http://registry.example', true), false);
  assert.equal(isSecure(https, true), true);
});

test('a cookie is read under the name that it was set with, and none of two', () => {
  const read = (cookie: string, baseUrl = https) => keptByBrowser(exchange(baseUrl, { cookie }), 'session', false);
  assert.equal(read('a=b; __Host-longshore=v; c=d'), 'v');
  assert.equal(read('longshore=v'), undefined, 'another host of the domain could have set it');
  assert.equal(read('longshore=v', 'http://localhost'), 'v');
  assert.equal(read('__Host-longshore=v; __Host-longshore=w'), undefined);
  assert.equal(read('x__Host-longshore=v'), undefined);
  assert.equal(read('__Host-longshore='), undefined);
});

test('a page of ours is one of this very origin', () => {
  const is = (headers: Record<string, string>, baseUrl = https) => isOwnPage(exchange(baseUrl, headers));
  assert.equal(is({ origin: https }), true);
  // A proxy that we were not told of has taken the encryption off.
  assert.equal(is({ origin: https }, 'http://registry.example'), true);
  assert.equal(is({ 'sec-fetch-site': 'same-origin' }), true);
  for (const origin of ['http://registry.example', 'https://registry.example:444', 'https://evil.example', 'null', 'nonsense'])
    assert.equal(is({ origin }), false, origin);
  assert.equal(is({ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }), false);
  assert.equal(is({ 'sec-fetch-site': 'same-site' }), false);
  assert.equal(is({}), false);
});

test('pages are in the language that is asked for, or preferred', () => {
  const rows: [string | null, string | undefined, string][] = [
    ['zh', 'en', 'zh'],
    ['en', 'zh-CN', 'en'],
    [null, 'zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    [null, 'en;q=0.5, zh;q=0.7', 'zh'],
    [null, 'de, en-US;q=0.7, zh;q=0.3', 'en'],
    ['xx', undefined, 'en'],
    [null, 'de', 'en'],
  ];
  for (const [lang, header, language] of rows) assert.equal(languageOf(lang, header), language, header);
});
