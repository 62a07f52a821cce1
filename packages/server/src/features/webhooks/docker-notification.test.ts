import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeptEvent } from '../../registry/ports/webhook-store.ts';
import { dockerNotificationOf } from './docker-notification.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const facts = { at: 0, actor: 'user:1:alice', projectId: 1, repository: 'team/app', digest, tag: undefined } as const;
const base = 'https://registry.example';
const envelope = (event: KeptEvent) => dockerNotificationOf(event, '1-0', base);

test('a push is told as Docker tells it', () => {
  const event = envelope({ ...facts, type: 'tag.moved', tag: 'v1', data: { mediaType: 'm', sizeBytes: 3 } });
  const target = {
    mediaType: 'm',
    size: 3,
    length: 3,
    digest,
    url: `${base}/v2/team/app/manifests/${digest}`,
    repository: 'team/app',
    tag: 'v1',
  };
  const told = { id: '1-0', timestamp: '1970-01-01T00:00:00.000Z', action: 'push', target };
  assert.deepEqual(event, { events: [{ ...told, request: {}, actor: { name: 'user:1:alice' }, source: { addr: base } }] });
});

test('a mount names its source and the address of a blob', () => {
  const [event] = envelope({ ...facts, type: 'blob.mounted', data: { from: 'base/app', sizeBytes: 3 } }).events as {
    action: string;
    target: object;
  }[];
  assert.equal(event?.action, 'mount');
  const url = `${base}/v2/team/app/blobs/${digest}`;
  assert.deepEqual(event?.target, { size: 3, length: 3, digest, url, repository: 'team/app', fromRepository: 'base/app' });
});

test('what the format has no word for is an empty envelope', () => {
  assert.deepEqual(envelope({ ...facts, type: 'ping', repository: undefined, data: {} }), { events: [] });
  assert.deepEqual(envelope({ ...facts, type: 'image.promoted', data: {} }), { events: [] });
});
