import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { useClientRegistry } from './client-registry.ts';
import { assertSameLayout, layoutDigest } from './oci-layout.ts';
import { realImages } from './real-images.ts';

// Both are Go programs, which choose HTTP/2 by themselves.
describe("clients over TLS with the registry's own authority", () => {
  const registry = useClientRegistry('--tls-self-signed', '127.0.0.1');
  const trusting = (dataDir: string) => ({ env: { SSL_CERT_FILE: join(dataDir, 'tls', 'ca.crt') } });

  test('crane pushes and pulls the same image, and without the authority nothing', async (t) => {
    if (requirePrograms(t, 'crane') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { home, server, reference } = registry();
    const target = reference('tls/crane:image');
    const stranger = await home.try('crane', ['push', images.image, target]);
    assert.notEqual(stranger.code, 0);
    assert.match(stranger.stderr, /certificate signed by unknown authority|certificate is not trusted/);
    await home.run('crane', ['push', images.image, target], trusting(server.dataDir));
    const pulled = home.path('pulled-image');
    await home.run('crane', ['pull', '--format=oci', target, pulled], trusting(server.dataDir));
    await assertSameLayout(pulled, images.image);
  });

  test('skopeo copies between repositories', async (t) => {
    if (requirePrograms(t, 'skopeo') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { home, server, reference } = registry();
    const target = `docker://${reference('tls/skopeo:image')}`;
    await home.run('skopeo', ['copy', '--insecure-policy', `oci:${images.image}`, target], trusting(server.dataDir));
    await home.run('skopeo', ['copy', '--insecure-policy', target, `docker://${reference('tls/copy:image')}`], trusting(server.dataDir));
    const { Digest: digest } = JSON.parse(
      await home.run('skopeo', ['inspect', `docker://${reference('tls/copy:image')}`], trusting(server.dataDir)),
    );
    assert.equal(digest, await layoutDigest(images.image));
  });
});
