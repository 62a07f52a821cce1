import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PulledImage, pullCommand, pullers } from '../../packages/console/src/areas/image/pull-commands.ts';

const image: PulledImage = {
  host: 'registry.example:5000',
  repository: 'team/web.app',
  reference: '1.27',
  platform: undefined,
  isPlain: false,
};

test('every tool is given the full name, by tag or by digest', () => {
  for (const puller of pullers) {
    assert.match(pullCommand(puller, image), /registry\.example:5000\/team\/web\.app:1\.27$/, puller);
    const digest = `sha256:${'a'.repeat(64)}`;
    assert.match(pullCommand(puller, { ...image, reference: digest }), /\/team\/web\.app@sha256:a{64}$/, puller);
  }
});

test('each tool is told in its own way of a platform, and of a registry without TLS', () => {
  const plain = { ...image, platform: 'linux/arm64', isPlain: true };
  const name = 'registry.example:5000/team/web.app:1.27';
  const expected = {
    docker: `docker pull --platform linux/arm64 ${name}`,
    podman: `podman pull --tls-verify=false --platform linux/arm64 ${name}`,
    nerdctl: `nerdctl --insecure-registry pull --platform linux/arm64 ${name}`,
    ctr: `ctr images pull --plain-http --platform linux/arm64 ${name}`,
    crictl: `crictl pull ${name}`,
    kubectl: `kubectl create deployment web-app --image=${name}`,
  };
  for (const puller of pullers) assert.equal(pullCommand(puller, plain), expected[puller]);
});
