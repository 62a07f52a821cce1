import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { requirePrograms, skipTest } from '../tools/programs.ts';
import { type ClientRegistry, useClientRegistry } from './client-registry.ts';
import { type Containerd, containerdPrograms, startContainerd } from './containerd.ts';
import { layoutContent, layoutDigest } from './oci-layout.ts';
import { type RealImages, realImages } from './real-images.ts';

describe('containerd', () => {
  const registry = useClientRegistry();

  test('pulls a real image and runs it', async (t) => {
    const ready = await prepare(t, registry);
    if (ready === undefined) return;
    const { containerd, images, login } = ready;
    const { home, reference } = registry();
    const image = reference('clients/containerd:application');
    await home.run('skopeo', [...copy, `oci:${images.image}:application`, `docker://${image}`]);
    const snapshotter = ['--snapshotter', containerd.snapshotter];
    await containerd.ctr(['images', 'pull', ...snapshotter, ...login, image]);
    assert.equal(await pulledDigest(containerd, image), await layoutDigest(images.image));
    assert.equal(await containerd.ctr(['run', '--rm', ...snapshotter, image, 'application']), 'running in a real image\n');
    // The last layer removed a file of the first and set an odd mode.
    const look = ['sh', '-c', 'test ! -e /etc/issue && stat -c %a /etc/longshore-test'];
    assert.equal(await containerd.ctr(['run', '--rm', ...snapshotter, image, 'look', ...look]), '604\n');
  });

  test('pulls all platforms of an index and pushes them again', async (t) => {
    const ready = await prepare(t, registry);
    if (ready === undefined) return;
    const { containerd, images, login } = ready;
    const { home, reference, digest } = registry();
    const image = reference('clients/containerd:small');
    await home.run('skopeo', [...copy, `oci:${images.index}:small`, `docker://${image}`]);
    await containerd.ctr(['content', 'fetch', '--all-platforms', ...login, image]);
    const expected = await layoutDigest(images.index);
    const held = (await containerd.ctr(['content', 'ls', '--quiet'])).trim().split('\n').toSorted();
    assert.deepEqual(held, await layoutContent(images.index, expected));

    const target = reference('clients/containerd-push:small');
    await containerd.ctr(['images', 'push', ...login, target, image]);
    assert.equal(await digest(target), expected);
  });

  test('pulls nothing with a wrong password', async (t) => {
    const ready = await prepare(t, registry);
    if (ready === undefined) return;
    const { containerd, images } = ready;
    const { home, reference, server } = registry();
    const image = reference('clients/containerd-refused:small');
    await home.run('skopeo', [...copy, `oci:${images.index}:small`, `docker://${image}`]);
    const flags = ['--hosts-dir', containerd.hostsDirectory, '--user', `admin:${server.adminPassword}x`];
    const refused = await containerd.tryCtr(['images', 'pull', ...flags, image]);
    assert.notEqual(refused.code, 0, 'a wrong password was accepted');
    assert.match(refused.stderr, /401|unauthorized|authorization failed/i);
  });
});

const copy = ['--insecure-policy', 'copy', '-q', '--all', '--dest-tls-verify=false'];

/** A containerd for one test with the flags that log it in, or `undefined` when the test is skipped. */
async function prepare(
  t: TestContext,
  registry: () => ClientRegistry,
): Promise<{ containerd: Containerd; images: RealImages; login: string[] } | undefined> {
  if (requirePrograms(t, 'skopeo', ...containerdPrograms) === undefined) return undefined;
  if (process.getuid?.() !== 0) {
    skipTest(t, 'containerd needs root: run this test with sudo');
    return undefined;
  }
  const images = await realImages(t);
  if (images === undefined) return undefined;
  const containerd = await startContainerd(registry().host);
  t.after(containerd.stop);
  return { containerd, images, login: ['--hosts-dir', containerd.hostsDirectory, '--user', `admin:${registry().server.adminPassword}`] };
}

async function pulledDigest(containerd: Containerd, image: string): Promise<string | undefined> {
  const line = (await containerd.ctr(['images', 'ls', `name==${image}`])).split('\n')[1];
  return line?.split(/\s+/)[2];
}
