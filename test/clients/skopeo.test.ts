import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { useClientRegistry } from './client-registry.ts';
import { assertSameLayout, layoutDigest } from './oci-layout.ts';
import { realImages } from './real-images.ts';

describe('skopeo', () => {
  const registry = useClientRegistry();
  const copy = ['--insecure-policy', 'copy', '--quiet', '--all'];

  for (const [kind, name] of [
    ['image', 'application'],
    ['index', 'small'],
  ] as const) {
    test(`pushes and pulls the same ${kind}`, async (t) => {
      if (requirePrograms(t, 'skopeo') === undefined) return;
      const images = await realImages(t);
      if (images === undefined) return;
      const { home, reference, digest } = registry();
      const target = reference(`clients/skopeo:${kind}`);
      await home.run('skopeo', [...copy, '--dest-tls-verify=false', `oci:${images[kind]}:${name}`, `docker://${target}`]);
      assert.equal(await digest(target), await layoutDigest(images[kind]));

      const pulled = home.path(`pulled-${kind}`);
      await home.run('skopeo', [...copy, '--src-tls-verify=false', `docker://${target}`, `oci:${pulled}:${name}`]);
      await assertSameLayout(pulled, images[kind]);
    });
  }

  test('lists the tags and deletes an image', async (t) => {
    if (requirePrograms(t, 'skopeo') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { home, reference } = registry();
    const target = reference('clients/skopeo-delete:one');
    await home.run('skopeo', [...copy, '--dest-tls-verify=false', `oci:${images.index}:small`, `docker://${target}`]);
    const listed = await home.run('skopeo', ['list-tags', '--tls-verify=false', `docker://${reference('clients/skopeo-delete')}`]);
    assert.deepEqual((JSON.parse(listed) as { Tags: string[] }).Tags, ['one']);

    await home.run('skopeo', ['delete', '--tls-verify=false', `docker://${target}`]);
    const gone = await home.try('skopeo', ['inspect', '--raw', '--tls-verify=false', `docker://${target}`]);
    assert.notEqual(gone.code, 0);
    assert.match(gone.stderr, /manifest unknown/);
  });
});
