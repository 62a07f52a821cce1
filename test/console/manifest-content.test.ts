import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readManifest } from '../../packages/console/src/api/manifest-content.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const read = (body: unknown) => readManifest({ mediaType: 'application/vnd.oci.image.index.v1+json', text: JSON.stringify(body) });
const platformsOf = (...platforms: unknown[]) =>
  read({ manifests: platforms.map((platform) => ({ digest, size: 1, platform })) }).entries.map(({ platform }) => platform);

test('an image has its layers and its config, an index its platforms', () => {
  const image = read({
    config: { digest, size: 3, mediaType: 'c' },
    layers: [{ digest, size: 5, mediaType: 'l' }],
    annotations: { a: 'b' },
  });
  assert.deepEqual(image.config, { digest, sizeBytes: 3, mediaType: 'c' });
  assert.deepEqual(image.layers, [{ digest, sizeBytes: 5, mediaType: 'l' }]);
  assert.deepEqual(image.annotations, { a: 'b' });
  const arm = { os: 'linux', architecture: 'arm64', variant: 'v8' };
  assert.deepEqual(platformsOf({ os: 'linux', architecture: 'amd64' }, arm), ['linux/amd64', 'linux/arm64/v8']);
});

test('what strangers write is no platform when it would do something in a shell', () => {
  const hostile = ['amd64; reboot', '$(reboot)', 'amd64\nreboot', '`x`', 'a b', '../..'];
  for (const architecture of hostile) assert.deepEqual(platformsOf({ os: 'linux', architecture }), [undefined], architecture);
  assert.deepEqual(platformsOf({ os: 'unknown', architecture: 'unknown' }, {}, undefined, 7, []), [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('what has another form than it should is left out', () => {
  const odd = read({ config: 'x', layers: [null, 4, { digest: 5, size: 'x' }, {}], manifests: { a: 1 }, annotations: [1] });
  assert.deepEqual([odd.config, odd.layers, odd.entries, odd.annotations], [undefined, [], [], {}]);
});
