import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { BlobLocation, BlobReader, BlobStore } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { usualOptions } from './bucket-bench.ts';
import { openS3Store } from './s3-store.ts';

const location = `blobs/an-upload.${'0'.repeat(16)}` as BlobLocation;

/** Answers one request; the number counts those of its kind, from 1. */
type Answer = (request: IncomingMessage, response: ServerResponse, number: number) => void;

/** Not an S3 service: a listener that answers as the test says, for faults that a real one does not show on demand. */
async function faultyService(
  t: TestContext,
  answers: { put?: Answer; get?: Answer },
): Promise<{ store: BlobStore; counts: { puts: number; gets: number } }> {
  const counts = { puts: 0, gets: 0 };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'GET') {
        counts.gets += 1;
        answers.get?.(request, response, counts.gets);
        return;
      }
      // The first one is the probe by which a store is opened.
      if (!request.url?.startsWith('/bucket/probe')) counts.puts += 1;
      if (counts.puts > 0 && answers.put !== undefined) answers.put(request, response, counts.puts);
      else response.writeHead(200, { etag: '"0"' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const store = await openS3Store(optionsFor((server.address() as AddressInfo).port));
  t.after(async () => {
    await store.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { store, counts };
}

function optionsFor(port: number): Parameters<typeof openS3Store>[0] {
  const endpoint = `http://127.0.0.1:${port}`;
  return { ...usualOptions, endpoint, bucket: 'bucket', accessKeyId: 'a', secretAccessKey: 'b' };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
}

/** Answers a ranged request for a part of `content`; `sent` bytes of it before the connection breaks. */
function sendRange(request: IncomingMessage, response: ServerResponse, content: Buffer, sent = Number.POSITIVE_INFINITY): void {
  const [, from = '0', to = '0'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
  const body = content.subarray(Number(from), Number(to) + 1);
  const end = Number(from) + body.length - 1;
  response.writeHead(206, { 'content-length': body.length, 'content-range': `bytes ${from}-${end}/${content.length}` });
  if (sent >= body.length) response.end(body);
  else response.write(body.subarray(0, sent), () => response.destroy());
}

async function opened(store: BlobStore): Promise<BlobReader> {
  const reader = await store.open(location);
  assert.ok(reader);
  return reader;
}

async function readAll(reader: BlobReader): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await reader.read(0, reader.sizeBytes - 1, async (piece) => {
    pieces.push(Buffer.from(piece));
  });
  return Buffer.concat(pieces);
}

test('a service that is busy for a moment costs nothing but time', async (t) => {
  const busy = [503, 500, 429];
  const { store, counts } = await faultyService(t, {
    put: (_, response, number) => {
      const status = busy[number - 1];
      if (status === undefined) response.writeHead(200, { etag: '"0"' }).end();
      else refuse(response, status, status === 503 ? 'SlowDown' : 'InternalError');
    },
  });
  const writer = await store.createUpload({ id: 'a', epoch: 1 });
  await writer.write([Buffer.from('content')]);
  await writer.commit('sha256:ab' as never);
  assert.equal(counts.puts, busy.length + 1);
});

test('a service that stays busy is an error worth another try, a refusal is not', async (t) => {
  for (const [status, code, expected] of [
    [503, 'SlowDown', { reason: 'failed', retryable: true }],
    [403, 'AccessDenied', { reason: 'failed', retryable: false }],
    [403, 'QuotaExceeded', { reason: 'full', retryable: true }],
    [507, 'InsufficientStorage', { reason: 'full', retryable: true }],
  ] as const) {
    const { store } = await faultyService(t, { put: (_, response) => refuse(response, status, code) });
    const writer = await store.createUpload({ id: 'a', epoch: 1 });
    await writer.write([Buffer.from('content')]);
    await assert.rejects(writer.commit('sha256:ab' as never), { name: 'StorageError', ...expected });
  }
});

test('a bucket that is gone does not make its blobs absent', async (t) => {
  const { store } = await faultyService(t, { get: (_, response) => refuse(response, 404, 'NoSuchBucket') });
  await assert.rejects(store.open(location), StorageError);
  const { store: other } = await faultyService(t, { get: (_, response) => refuse(response, 404, 'NoSuchKey') });
  assert.equal(await other.open(location), undefined);
});

test('a connection that breaks in the middle of a blob is replaced where it broke', async (t) => {
  const content = randomBytes(1_000_000);
  const { store, counts } = await faultyService(t, {
    get: (request, response, number) => sendRange(request, response, content, number === 1 || number > 4 ? undefined : 150_000),
  });
  const reader = await opened(store);
  assert.ok((await readAll(reader)).equals(content));
  assert.ok(counts.gets > 4);
  await reader.close();
});

test('a connection that always breaks is an error in the end', async (t) => {
  const content = randomBytes(1_000_000);
  const { store } = await faultyService(t, {
    get: (request, response, number) => sendRange(request, response, content, number === 1 ? undefined : 0),
  });
  await assert.rejects(opened(store).then(readAll), { name: 'StorageError', retryable: true });
});

test('fewer bytes than promised are an error, and so is a blob that vanishes while it is read', async (t) => {
  const content = randomBytes(200_000);
  const { store } = await faultyService(t, {
    get: (request, response, number) => sendRange(request, response, number === 1 ? content : content.subarray(0, 100_000)),
  });
  await assert.rejects(opened(store).then(readAll), StorageError);
  const { store: other } = await faultyService(t, {
    get: (request, response, number) => (number === 1 ? sendRange(request, response, content) : refuse(response, 404, 'NoSuchKey')),
  });
  await assert.rejects(opened(other).then(readAll), StorageError);
});

test('a service that answers with other bytes than those asked for is not believed', async (t) => {
  const content = randomBytes(300_000);
  const all: Answer = (_, response) => response.writeHead(200, { 'content-length': content.length }).end(content);
  const { store } = await faultyService(t, { get: all });
  await assert.rejects(store.open(location), StorageError);
  const { store: other } = await faultyService(t, {
    get: (request, response, number) => (number === 1 ? sendRange(request, response, content) : all(request, response, number)),
  });
  await assert.rejects(opened(other).then(readAll), StorageError);
});

test('a failed part must be truncated away; then the upload goes on from its checkpoint', async (t) => {
  const { store } = await faultyService(t, {
    put: (request, response) => {
      if (request.url?.includes('uploads'))
        response.writeHead(200).end('<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>');
      else if (request.url?.includes('partNumber')) refuse(response, 403, 'AccessDenied');
      else response.writeHead(200, { etag: '"0"' }).end();
    },
  });
  const writer = await store.createUpload({ id: 'a', epoch: 1 });
  await writer.write([randomBytes(1000)]);
  await writer.checkpoint();
  await assert.rejects(writer.write([randomBytes(30 * 1024 * 1024)]), StorageError);
  await assert.rejects(writer.write([randomBytes(1)]), StorageError);
  await assert.rejects(writer.checkpoint(), StorageError);
  await writer.truncate(1000);
  assert.match((await writer.commit('sha256:ab' as never)) as string, /^blobs\/a\./);
});

test('a bucket that cannot be used is refused with its name, its address and the remedy', async () => {
  const server = createServer((_, response) => refuse(response, 404, 'NoSuchBucket'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await assert.rejects(openS3Store(optionsFor(port)), ({ message }: Error) => {
    assert.ok(
      message.includes(`'bucket' at http://127.0.0.1:${port}`) && message.includes('create the bucket') && message.includes('NoSuchBucket'),
      message,
    );
    return true;
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(openS3Store(optionsFor(port)), { name: 'StorageError', retryable: true });
});
