import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { RequestRecord } from '../../registry/ports/request-observer.ts';
import { CountedReads } from './counted-reads.ts';

const by = { ...systemAgent('test'), actor: 'user:1:alice', credential: 'password', address: '192.0.2.1' };

function request(changes: Partial<RequestRecord> = {}): RequestRecord {
  const plain = { id: 'r1', path: '/', hasCredentials: true, clientAddress: '192.0.2.1', bytesReceived: 0, bytesSent: 10, startedAt: 0 };
  const absent = { subject: undefined, traceparent: undefined, userAgent: undefined };
  const rest = { durationMs: 1, completed: true, viaTrustedProxy: false, status: 200, method: 'GET', route: 'manifest' };
  return { ...plain, ...absent, ...rest, repository: 'team/app', by, ...changes };
}

/** What is written of requests, each with its action, count and figures. */
function written(...requests: readonly Partial<RequestRecord>[]) {
  const reads = new CountedReads();
  for (const changes of requests) reads.note(request(changes), 5);
  return reads.take().map(({ action, count, detail }) => [action, count, detail]);
}

const looked = { manifests: 0, blobs: 0, lists: 0 };
const pulled = { manifests: 0, blobs: 0, bytes: 10 };

for (const [what, changes, expected] of [
  ['GET of a manifest', {}, ['pull', 1, { ...pulled, manifests: 1 }]],
  ['GET of a blob', { route: 'blob' }, ['pull', 1, { ...pulled, blobs: 1 }]],
  ['a part of a blob', { route: 'blob', status: 206 }, ['pull', 1, { ...pulled, blobs: 1 }]],
  ['a redirect to the store', { route: 'blob', status: 307 }, ['pull', 1, { ...pulled, blobs: 1 }]],
  ['a blob that the client has already', { route: 'blob', status: 304 }, ['pull', 1, { ...pulled, blobs: 1 }]],
  ['HEAD of a manifest', { method: 'HEAD' }, ['look-up', 1, { ...looked, manifests: 1 }]],
  ['HEAD of a blob', { method: 'HEAD', route: 'blob' }, ['look-up', 1, { ...looked, blobs: 1 }]],
  ['a list of tags', { route: 'tags' }, ['look-up', 1, { ...looked, lists: 1 }]],
  [
    'tags by the management API',
    { route: 'listTags', path: '/api/v1/repositories/team%2Fapp/tags' },
    ['look-up', 1, { ...looked, lists: 1 }],
  ],
  ['a list of referrers', { route: 'referrers' }, ['look-up', 1, { ...looked, lists: 1 }]],
] as const) {
  test(`counted: ${what}`, () => assert.deepEqual(written(changes), [expected]));
}

for (const [what, changes] of [
  ['a push', { method: 'PUT', status: 201 }],
  ['a delete', { method: 'DELETE', status: 202 }],
  ['what was not there', { status: 404 }],
  ['what was refused', { status: 403, by: undefined }],
  ['what failed', { status: 503 }],
  ['a look at an upload', { route: 'upload', status: 204 }],
  [
    'a change by the management API',
    { route: 'deleteTag', path: '/api/v1/repositories/team%2Fapp/tags/v1', method: 'DELETE', status: 204 },
  ],
  ['the catalog', { route: 'catalog', repository: undefined }],
  ['a page of the registry', { route: '/metrics', repository: undefined, by: undefined }],
] as const) {
  test(`not counted: ${what}`, () => assert.deepEqual(written(changes), []));
}

test('what one subject reads of a repository with one credential is one entry of each action, and is forgotten when it is taken', () => {
  const reads = new CountedReads();
  for (const bytesSent of [1, 2, 3]) reads.note(request({ bytesSent }), bytesSent);
  reads.note(request({ method: 'HEAD', bytesSent: 0 }), 4);
  const token = { ...by, credential: 'access-token:7' };
  for (const changes of [{ by: token }, { repository: 'team/other' }, { by: { ...by, project: 7 } }]) reads.note(request(changes), 5);
  const entries = reads.take();
  assert.deepEqual(
    entries.map((entry) => [entry.action, entry.count, entry.at, entry.by.credential, entry.resource.name, entry.project]),
    [
      ['pull', 3, 1, 'password', 'team/app', 'team'],
      ['look-up', 1, 1, 'password', 'team/app', 'team'],
      ['pull', 1, 5, 'access-token:7', 'team/app', 'team'],
      ['pull', 1, 5, 'password', 'team/other', 'team'],
      ['pull', 1, 5, 'password', 'team/app', 'team'],
    ],
  );
  assert.equal(entries[0]?.detail['bytes'], 6);
  assert.deepEqual(reads.take(), []);
});

test('of 20,000 pairs of subject and repository each is told, the rest is counted together: memory is bounded, and no read is left out', () => {
  const reads = new CountedReads();
  for (let count = 0; count < 50_000; count += 1) reads.note(request({ repository: `team/app${count}` }), 5);
  const entries = reads.take();
  assert.equal(entries.length, 20_001);
  assert.equal(
    entries.reduce((sum, { count }) => sum + count, 0),
    50_000,
  );
  const rest = entries.at(-1);
  assert.deepEqual(
    [rest?.by.actor, rest?.by.address, rest?.count, rest?.resource],
    ['various', undefined, 30_000, { kind: 'registry', name: '' }],
  );
});
