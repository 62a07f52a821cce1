import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { useClientRegistry } from './client-registry.ts';
import { assertSameLayout, layoutContent, layoutDigest } from './oci-layout.ts';
import { realImages } from './real-images.ts';

describe('crane', () => {
  const registry = useClientRegistry();

  test('pushes and pulls the same image', async (t) => {
    if (requirePrograms(t, 'crane', 'skopeo') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { home, reference, digest } = registry();
    const target = reference('clients/crane:image');
    const expected = await layoutDigest(images.image);
    const pushed = await home.run('crane', ['push', images.image, target]);
    assert.equal(pushed.trim(), `${reference('clients/crane')}@${expected}`);
    assert.equal(await digest(target), expected);
    assert.equal((await home.run('crane', ['digest', target])).trim(), expected);

    const pulled = home.path('pulled-image');
    await home.run('crane', ['pull', '--format=oci', target, pulled]);
    await assertSameLayout(pulled, images.image);
    await home.run('crane', ['validate', '--remote', target]);
  });

  test('pushes and pulls the same index', async (t) => {
    if (requirePrograms(t, 'crane', 'skopeo') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { home, reference, digest } = registry();
    const repository = reference('clients/crane-index');
    const expected = await layoutDigest(images.index);
    // crane pushes the layout's own index.json, which refers to the index of the platforms.
    await home.run('crane', ['push', '--index', images.index, `${repository}:layout`]);
    assert.equal(await digest(`${repository}@${expected}`), expected);

    const pulled = home.path('pulled-index');
    await home.run('crane', ['pull', '--format=oci', `${repository}@${expected}`, pulled]);
    assert.equal(await layoutDigest(pulled), expected);
    assert.deepEqual(await layoutContent(pulled, expected), await layoutContent(images.index, expected));
  });

  test('copies between repositories and lists them', async (t) => {
    if (requirePrograms(t, 'crane', 'skopeo') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { home, host, reference, digest } = registry();
    await home.run('crane', ['push', '--index', images.index, reference('clients/crane-from:layout')]);
    const source = `${reference('clients/crane-from')}@${await layoutDigest(images.index)}`;
    const target = reference('clients/crane-to:copied');
    await home.run('crane', ['copy', source, target]);
    assert.equal(await digest(target), await layoutDigest(images.index));
    assert.equal((await home.run('crane', ['ls', reference('clients/crane-to')])).trim(), 'copied');
    const catalog = (await home.run('crane', ['catalog', host])).trim().split('\n');
    assert.ok(catalog.includes('clients/crane-from') && catalog.includes('clients/crane-to'), catalog.join(' '));
  });
});
