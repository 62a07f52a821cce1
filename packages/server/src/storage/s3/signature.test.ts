import assert from 'node:assert/strict';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { encodePath, type Identity, type SignedRequest, Signer } from './signature.ts';

/** What the AWS SDK hashes with. */
class Sha256 {
  readonly #running: Hash | Hmac;

  constructor(secret?: string | Uint8Array) {
    this.#running = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }

  update(bytes: string | Uint8Array): void {
    this.#running.update(bytes);
  }

  async digest(): Promise<Uint8Array> {
    return this.#running.digest();
  }

  reset(): void {}
}

function sdkSigner(credentials: Identity, region: string): SignatureV4 {
  const { sessionToken, ...keys } = credentials;
  return new SignatureV4({
    credentials: { ...keys, ...(sessionToken === undefined ? {} : { sessionToken }) },
    region,
    service: 's3',
    sha256: Sha256 as never,
    uriEscapePath: false,
    applyChecksum: false,
  });
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const plain = fc.stringMatching(/^[A-Za-z0-9+/=]{1,40}$/);
const cases = fc.record({
  key: text,
  query: fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z-]{0,10}$/), text, { maxKeys: 3 }),
  identity: fc.record({ accessKeyId: plain, secretAccessKey: plain, sessionToken: fc.option(plain, { nil: undefined }) }),
  region: fc.constantFrom('us-east-1', 'cn-north-1'),
  at: fc.date({ min: new Date(0), max: new Date('2099-12-31'), noInvalidDate: true }),
  seconds: fc.integer({ min: 1, max: 604_800 }),
});

function requestOf({ key, query }: { key: string; query: Record<string, string> }): SignedRequest {
  return { method: 'GET', host: 's3.example:9000', path: `/bucket/${encodePath(key)}`, query: Object.entries(query) };
}

test('an address is signed as the AWS SDK signs it', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ key, query, identity, region, at, seconds }) => {
      const request = requestOf({ key, query });
      const signed = await sdkSigner(identity, region).presign(
        {
          method: 'GET',
          protocol: 'http:',
          hostname: 's3.example',
          port: 9000,
          path: request.path,
          query,
          headers: { host: request.host, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
        },
        { signingDate: at, expiresIn: seconds },
      );
      const address = new URL(new Signer(region).address(request, seconds, identity, at.getTime()), 'http://s3.example:9000');
      assert.deepEqual(Object.fromEntries(address.searchParams), signed.query);
    }),
    { numRuns: 100 },
  );
});

test('headers are signed as the AWS SDK signs them', async () => {
  await fc.assert(
    fc.asyncProperty(cases, plain, async ({ key, query, identity, region, at }, value) => {
      const request = requestOf({ key, query });
      const payloadHash = createHash('sha256').update(value).digest('hex');
      const headers = { 'x-amz-storage-class': value };
      const signed = await sdkSigner(identity, region).sign(
        {
          method: 'GET',
          protocol: 'http:',
          hostname: 's3.example',
          port: 9000,
          path: request.path,
          query,
          headers: { ...headers, host: request.host, 'x-amz-content-sha256': payloadHash },
        },
        { signingDate: at },
      );
      const { host: _host, ...expected } = signed.headers;
      assert.deepEqual(new Signer(region).headers(request, payloadHash, headers, identity, at.getTime()), expected);
    }),
    { numRuns: 100 },
  );
});

test('a signing key is derived anew for another day and another secret', () => {
  const request = requestOf({ key: 'a', query: {} });
  const day = 86_400_000;
  const one = { accessKeyId: 'a', secretAccessKey: 'one' };
  const other = { accessKeyId: 'a', secretAccessKey: 'other' };
  const kept = new Signer('us-east-1');
  for (const [identity, at] of [
    [one, 0],
    [other, 0],
    [other, day],
    [one, day],
  ] as const) {
    assert.equal(kept.address(request, 60, identity, at), new Signer('us-east-1').address(request, 60, identity, at));
  }
});

test('an address of before is given again for the same request of the same second alone', () => {
  const query: SignedRequest['query'] = [['response-content-type', 'application/octet-stream']];
  const identities = ['one', 'two'].map((name): Identity => ({ accessKeyId: name, secretAccessKey: `secret of ${name}` }));
  const asked = fc.record({
    method: fc.constantFrom('GET', 'HEAD'),
    host: fc.constantFrom('s3.example', 'bucket.s3.example'),
    path: fc.constantFrom('/bucket/one', '/bucket/two'),
    identity: fc.constantFrom(...identities),
    seconds: fc.constantFrom(60, 90),
    at: fc.constantFrom(0, 999, 1000, 86_400_000),
  });
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 12 }), (requests) => {
      const signer = new Signer('us-east-1');
      for (const { method, host, path, identity, seconds, at } of requests) {
        const request = { method, host, path, query };
        const address = signer.address(request, seconds, identity, at);
        assert.equal(address, new Signer('us-east-1').address(request, seconds, identity, at));
      }
    }),
  );
});
