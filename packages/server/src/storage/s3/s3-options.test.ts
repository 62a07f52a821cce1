import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { until } from '../../../../../test/security/until.ts';
import { ensureSelfSigned } from '../../http/tls/self-signed.ts';
import { type BlobLocation, StorageError } from '../../registry/ports/blob-store.ts';
import { usualOptions } from './bucket-bench.ts';
import { openS3Store, type S3StoreOptions } from './s3-store.ts';

/** What a request to the listener looked like. */
interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

const keys = { accessKeyId: 'a', secretAccessKey: 'b' };
const ok = (response: ServerResponse) => response.writeHead(200, { etag: '"0"' }).end();

/** Not an S3 service: a listener that tells what it heard, and answers as the test says, or that all is well. */
async function listenFor(
  t: TestContext,
  { answer = ok, tls }: { answer?: (response: ServerResponse, heard: Heard) => unknown; tls?: { key: string; cert: string } } = {},
): Promise<{ endpoint: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  const listener: RequestListener = (request, response) => {
    request.resume().on('end', () => {
      const { method = '', url = '', headers } = request;
      heard.push({ method, url, headers });
      if (url.includes('uploads='))
        response.writeHead(200).end('<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>');
      else answer(response, { method, url, headers });
    });
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const scheme = tls === undefined ? 'http' : 'https';
  return { endpoint: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

async function opened(t: TestContext, options: Partial<S3StoreOptions>) {
  const store = await openS3Store({ ...usualOptions, bucket: 'bucket', ...options });
  t.after(() => store.close());
  return store;
}

/** Sends without end, as fast as it is taken. */
function pour(response: ServerResponse): void {
  if (response.destroyed) return;
  if (response.write(Buffer.alloc(100_000))) setImmediate(pour, response);
  else response.once('drain', () => pour(response));
}

const refuse =
  (status: number, code: string, more = '') =>
  (response: ServerResponse) =>
    response.writeHead(status).end(`<Error><Code>${code}</Code><Message>no</Message>${more}</Error>`);

/** Sets variables of this process until the end of the test; the AWS SDK reads them. */
function setVariables(t: TestContext, variables: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  t.after(() => {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
}

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-s3-options-'));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

test('blobs are encrypted and classed as told, in one request and in parts; what passes is encrypted too', async (t) => {
  const { endpoint, heard } = await listenFor(t);
  const keeping = { encryption: 'aws:kms', encryptionKeyId: 'key-1', storageClass: 'STANDARD_IA' } as const;
  const store = await opened(t, { endpoint, ...keys, ...keeping });
  const small = await store.createUpload({ id: 'small', epoch: 1 });
  await small.write([randomBytes(100_000)]);
  await small.checkpoint();
  await small.commit('sha256:ab' as never);
  const large = await store.createUpload({ id: 'large', epoch: 1 });
  await large.write([randomBytes(8 * 1024 * 1024 + 1)]);
  await large.checkpoint();
  const kept = (pattern: RegExp) => {
    const { headers } = heard.find(({ url }) => pattern.test(url)) ?? assert.fail(`${pattern}`);
    return [
      headers['x-amz-server-side-encryption'],
      headers['x-amz-server-side-encryption-aws-kms-key-id'],
      headers['x-amz-storage-class'],
    ];
  };
  assert.deepEqual(kept(/blobs\/small/), ['aws:kms', 'key-1', 'STANDARD_IA']);
  assert.deepEqual(kept(/blobs\/large.*uploads=/), ['aws:kms', 'key-1', 'STANDARD_IA']);
  assert.deepEqual(kept(/tails\/small/), ['aws:kms', 'key-1', undefined]);
  assert.deepEqual(kept(/partNumber=1/), [undefined, undefined, undefined]);
});

test('a session token goes with every request, and into links', async (t) => {
  const { endpoint, heard } = await listenFor(t);
  const store = await opened(t, { endpoint, ...keys, sessionToken: 'to/ken' });
  await store.delete(`blobs/a.${'0'.repeat(16)}` as BlobLocation);
  assert.deepEqual(
    heard.map(({ method, headers }) => [method, headers['x-amz-security-token']]),
    [
      ['PUT', 'to/ken'],
      ['DELETE', 'to/ken'],
    ],
  );
  const link = new URL((await store.link?.(`blobs/a.${'0'.repeat(16)}` as BlobLocation)) ?? '');
  assert.equal(link.searchParams.get('X-Amz-Security-Token'), 'to/ken');
});

test('keys come from shared files, and from a web identity by way of STS', async (t) => {
  const { endpoint, heard } = await listenFor(t);
  const directory = await temporaryDirectory(t);
  const [shared, token] = [join(directory, 'credentials'), join(directory, 'token')];
  await writeFile(
    shared,
    '[default]\naws_access_key_id=x\naws_secret_access_key=y\n[team]\naws_access_key_id=shared-key\naws_secret_access_key=z\n',
  );
  await writeFile(token, 'identity-token');
  const keyOf = (request: Heard | undefined) => /Credential=([^/]*)/.exec(request?.headers.authorization ?? '')?.[1];
  await t.test('shared files', async (part) => {
    setVariables(part, { AWS_SHARED_CREDENTIALS_FILE: shared, AWS_CONFIG_FILE: '/dev/null', AWS_PROFILE: 'team' });
    await opened(part, { endpoint });
    assert.equal(keyOf(heard.at(-1)), 'shared-key');
  });
  await t.test('web identity', async (part) => {
    const sts = await listenFor(part, {
      answer: (response) =>
        response.writeHead(200, { 'content-type': 'text/xml' }).end(
          `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>sts-key</AccessKeyId>
          <SecretAccessKey>s</SecretAccessKey><SessionToken>sts-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
          </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
        ),
    });
    setVariables(part, {
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/registry',
      AWS_ENDPOINT_URL_STS: sts.endpoint,
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    const store = await opened(part, { endpoint });
    await store.probe();
    assert.equal(keyOf(heard.at(-1)), 'sts-key');
    assert.equal(heard.at(-1)?.headers['x-amz-security-token'], 'sts-token');
    assert.equal(sts.heard.length, 1, 'the keys are kept until they expire');
  });
});

test('a service with a certificate of a private authority is trusted by its file only', async (t) => {
  const directory = await temporaryDirectory(t);
  const { pairFile, authorityFile } = await ensureSelfSigned(join(directory, 'tls'), ['127.0.0.1'], new Date());
  const pair = await readFile(pairFile, 'utf8');
  const { endpoint } = await listenFor(t, { tls: { key: pair, cert: pair } });
  await assert.rejects(openS3Store({ ...usualOptions, endpoint, bucket: 'bucket', ...keys }), /store\.caFile/);
  const store = await opened(t, { endpoint, ...keys, ca: await readFile(authorityFile, 'utf8') });
  await store.delete(`blobs/a.${'0'.repeat(16)}` as BlobLocation);
});

test('a service that never answers is given up in time, and so is one that stops in the middle of a blob', async (t) => {
  const location = `blobs/a.${'0'.repeat(16)}` as BlobLocation;
  const patience = { attempts: 2, connectMs: 10_000, silenceMs: 4000 };
  const { endpoint } = await listenFor(t, {
    answer: (response, { method, url }) => {
      if (url.startsWith('/bucket/probe')) ok(response);
      else if (method === 'GET') response.writeHead(206, { 'content-length': 10, 'content-range': 'bytes 0-9/10' }).write('12345');
    },
  });
  const store = await opened(t, { endpoint, ...keys, patience });
  const writer = await store.createUpload({ id: 'a', epoch: 1 });
  await assert.rejects(writer.commit('sha256:ab' as never), { name: 'StorageError', retryable: true });
  const reader = (await store.open(location)) ?? assert.fail();
  await assert.rejects(
    reader.read(0, 9, () => undefined),
    { name: 'StorageError' },
  );
  await reader.close();
});

for (const [what, answer] of [
  [
    'stops in the middle of a refusal',
    (response: ServerResponse) => void response.writeHead(503, { 'content-length': 100 }).write('<Code>'),
  ],
  [
    'stops in the middle of an answer that nobody reads',
    (response: ServerResponse) => void response.writeHead(200, { 'content-length': 9 }).write('1'),
  ],
  ['refuses without end', (response: ServerResponse) => pour(response.writeHead(403))],
] as const) {
  test(`a service that ${what} is given up in time, and its connection too`, async (t) => {
    let open = 0;
    const { endpoint } = await listenFor(t, {
      answer: (response, { url }) => {
        if (url.startsWith('/bucket/probe')) return ok(response);
        open += 1;
        response.once('close', () => {
          open -= 1;
        });
        return answer(response);
      },
    });
    const patience = { attempts: 1, connectMs: 10_000, silenceMs: 4000 };
    const store = await opened(t, { endpoint, ...keys, patience });
    const writer = await store.createUpload({ id: 'a', epoch: 1 });
    await writer.commit('sha256:ab' as never).catch((error: unknown) => assert.ok(error instanceof StorageError));
    await until(() => open === 0);
  });
}

test('a clock that is wrong is corrected by the answers of the service', async (t) => {
  const hourMs = 3_600_000;
  const { endpoint, heard } = await listenFor(t, {
    answer: (response, { headers }) => {
      const theirs = Date.now() + hourMs;
      const [, year, month, day, hour, minute, second] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(String(headers['x-amz-date'])) ?? [];
      const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      response.setHeader('date', new Date(theirs).toUTCString());
      if (Math.abs(signedAt - theirs) < 900_000) ok(response);
      else refuse(403, 'RequestTimeTooSkewed')(response);
    },
  });
  const store = await opened(t, { endpoint, ...keys });
  assert.equal(heard.length, 2);
  await store.probe();
  assert.equal(heard.length, 3);
  const link = new URL((await store.link?.(`blobs/a.${'0'.repeat(16)}` as BlobLocation)) ?? '');
  assert.notEqual(link.searchParams.get('X-Amz-Date')?.slice(0, 11), new Date().toISOString().replace(/[-:]/g, '').slice(0, 11));
});

test('what is refused is said with the setting that helps', async (t) => {
  for (const [status, code, more, remedy] of [
    [403, 'InvalidAccessKeyId', '', /store\.accessKeyId/],
    [403, 'SignatureDoesNotMatch', '', /store\.secretAccessKey/],
    [403, 'AccessDenied', '', /allow this access key/],
    [400, 'ExpiredToken', '', /session token has expired/],
    [404, 'NoSuchBucket', '', /create the bucket/],
    [403, 'RequestTimeTooSkewed', '', /set the clock/],
    [400, 'AuthorizationHeaderMalformed', '<Region>eu-west-3</Region>', /set store\.region to eu-west-3/],
    [301, 'PermanentRedirect', '', /set store\.region/],
  ] as const) {
    const { endpoint } = await listenFor(t, { answer: refuse(status, code, more) });
    await assert.rejects(openS3Store({ ...usualOptions, endpoint, bucket: 'bucket', ...keys }), (error: Error) => {
      assert.match(error.message, remedy);
      assert.match(error.message, /^Cannot store blobs in bucket 'bucket' at http:/);
      return true;
    });
  }
});
