import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { isCronExpression } from './cron-expression.ts';
import { parseListenAddress } from './listen-address.ts';
import { nearest } from './nearest.ts';
import { isNetworkRange } from './network-range.ts';
import { endpointUrl, keyPrefix } from './s3-settings.ts';

describe('parseListenAddress', () => {
  for (const [text, expected] of [
    ['127.0.0.1:5000', { host: '127.0.0.1', port: 5000 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    [':5000', { host: undefined, port: 5000 }],
    ['registry.example:443', { host: 'registry.example', port: 443 }],
    ['5000', undefined],
    ['localhost', undefined],
    ['a:65536', undefined],
    ['1.2.3:80', undefined],
    ['::1:80', undefined],
    ['[1.2.3.4]:80', undefined],
    ['http://a:80', undefined],
    ['a b:80', undefined],
  ] as const) {
    it(`${text} is ${JSON.stringify(expected)}`, () => assert.deepEqual(parseListenAddress(text), expected));
  }
});

describe('isNetworkRange', () => {
  for (const text of ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])
    it(`accepts ${text}`, () => assert.ok(isNetworkRange(text)));
  for (const text of ['', 'host', '10.0.0.0/33', '::/129', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/-1']) {
    it(`refuses '${text}'`, () => assert.ok(!isNetworkRange(text)));
  }
});

describe('the address of an S3 service and the prefix of keys', () => {
  for (const text of ['https://s3.example', 'http://[::1]:9000/path']) it(`accepts ${text}`, () => assert.ok(v.is(endpointUrl, text)));
  for (const text of ['s3.example', 'ftp://s3.example', 'https://key:secret@s3.example', 'https://s3.example?x=1', 'https://s3.example#x'])
    it(`refuses ${text}`, () => assert.ok(!v.is(endpointUrl, text)));
  for (const text of ['', 'a', 'a/', 'a b+c%/ü/', '..a/.b', '...']) it(`accepts '${text}'`, () => assert.ok(v.is(keyPrefix, text)));
  for (const text of ['/', '/a', 'a//b', 'a//', '.', '..', '../a/', 'a/../b/', './a'])
    it(`refuses '${text}'`, () => assert.ok(!v.is(keyPrefix, text)));
});

describe('isCronExpression', () => {
  for (const text of ['17 3 * * *', '*/5 * * * 1-5']) it(`accepts ${text}`, () => assert.ok(isCronExpression(text)));
  for (const text of ['', 'daily', '60 * * * *', '0 0 3 * * *', '0 0 31 2 *'])
    it(`refuses '${text}'`, () => assert.ok(!isCronExpression(text)));
});

describe('nearest', () => {
  const names = ['listen', 'limits.manifestBytes', 'workers'];
  it('finds a mistyped name', () => {
    assert.equal(nearest('lisetn', names), 'listen');
    assert.equal(nearest('WORKER', names), 'workers');
  });
  it('finds nothing when nothing is near', () => assert.equal(nearest('completely-different', names), undefined));
});
