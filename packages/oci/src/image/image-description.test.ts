import assert from 'node:assert/strict';
import test from 'node:test';
import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { platformOf } from './image-description.ts';

const entryFor = (platform: unknown): Descriptor => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: `sha256:${'0'.repeat(64)}` as Digest,
  size: 2,
  platform: platform as NonNullable<Descriptor['platform']>,
});

test('the platform of an entry; none of what builders list for no platform, such as attestations', () => {
  assert.equal(platformOf(entryFor({ os: 'linux', architecture: 'arm', variant: 'v7' })), 'linux/arm/v7');
  assert.equal(platformOf(entryFor({ os: 'linux', architecture: 'amd64', variant: '' })), 'linux/amd64');
  assert.equal(platformOf(entryFor({ os: 'unknown', architecture: 'unknown' })), undefined);
  assert.equal(platformOf(entryFor({ os: 7, architecture: 'amd64' })), undefined);
  assert.equal(platformOf(entryFor(undefined)), undefined);
});
