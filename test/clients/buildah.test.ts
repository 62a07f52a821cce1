import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import type { ClientHome } from './client-home.ts';
import { useClientRegistry } from './client-registry.ts';
import { layoutContent } from './oci-layout.ts';
import { realImages } from './real-images.ts';

describe('buildah', () => {
  const registry = useClientRegistry();

  test('builds, pushes and pulls an image', async (t) => {
    if (requirePrograms(t, 'buildah', 'skopeo') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { home, reference, digest } = registry();
    const builder = storage(home, 'builder');
    await build(home, builder, images.files, 'amd64');
    const target = reference('clients/buildah:built');
    await home.run('buildah', [...builder, 'push', '-q', ...plain, '--digestfile', home.path('digest'), 'amd64', `docker://${target}`]);
    assert.equal(await digest(target), await readFile(home.path('digest'), 'utf8'));

    const reader = storage(home, 'reader');
    const container = (await home.run('buildah', [...reader, 'from', '-q', ...plain, `docker://${target}`])).trim();
    const mounted = (await home.run('buildah', [...reader, 'mount', container])).trim();
    await assertSameFiles(mounted, images.files);
    await home.run('buildah', [...reader, 'umount', container]);
  });

  test('pushes an index of two platforms', async (t) => {
    if (requirePrograms(t, 'buildah', 'skopeo') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { home, reference, digest } = registry();
    const builder = storage(home, 'index-builder');
    await home.run('buildah', [...builder, 'manifest', 'create', 'both']);
    for (const arch of ['amd64', 'arm64']) {
      await build(home, builder, images.files, arch);
      await home.run('buildah', [...builder, 'manifest', 'add', '--arch', arch, '--os', 'linux', 'both', arch]);
    }
    const target = reference('clients/buildah:both');
    const push = ['manifest', 'push', '-q', '--all', ...plain, '--digestfile', home.path('index-digest'), 'both', `docker://${target}`];
    await home.run('buildah', [...builder, ...push]);
    const expected = await readFile(home.path('index-digest'), 'utf8');
    assert.equal(await digest(target), expected);

    const pulled = home.path('pulled-index');
    const copy = ['--insecure-policy', 'copy', '-q', '--all', '--src-tls-verify=false', `docker://${target}`, `oci:${pulled}:both`];
    await home.run('skopeo', copy);
    // The index, and for each platform a manifest, a configuration and the layer, which is the same for both.
    assert.equal((await layoutContent(pulled, expected)).length, 6);
  });
});

const plain = ['--tls-verify=false'];

function storage(home: ClientHome, name: string): string[] {
  return ['--storage-driver', 'vfs', '--root', home.path(name), '--runroot', home.path(`${name}-run`)];
}

/** Commits an image named after its platform. */
async function build(home: ClientHome, builder: string[], files: string, arch: string): Promise<void> {
  const container = (await home.run('buildah', [...builder, 'from', '--arch', arch, 'scratch'])).trim();
  await home.run('buildah', [...builder, 'copy', '-q', container, files, '/']);
  await home.run('buildah', [...builder, 'config', '--arch', arch, '--os', 'linux', container]);
  await home.run('buildah', [...builder, 'commit', '-q', '--rm', '--timestamp', '1700000000', container, arch]);
}

async function assertSameFiles(actual: string, expected: string): Promise<void> {
  const names = (await readdir(expected, { recursive: true })).toSorted();
  assert.deepEqual((await readdir(actual, { recursive: true })).toSorted(), names);
  const contents = (root: string): Promise<string[]> =>
    Promise.all(names.map((name) => readFile(join(root, name), 'base64').catch((error: NodeJS.ErrnoException) => error.code ?? '')));
  assert.deepEqual(await contents(actual), await contents(expected));
}
