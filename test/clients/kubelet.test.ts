import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { useClientRegistry } from './client-registry.ts';
import { containerdPrograms, startContainerd } from './containerd.ts';
import { pullAsKubelet } from './kubelet.ts';
import { realImages } from './real-images.ts';

describe('a kubelet', () => {
  const registry = useClientRegistry();

  test('has containerd pull with its credentials, and with no others', async (t) => {
    if (requirePrograms(t, 'skopeo', ...containerdPrograms) === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { home, host, reference, server } = registry();
    const image = reference('clients/kubelet:small');
    await home.run('skopeo', [
      '--insecure-policy',
      'copy',
      '-q',
      '--all',
      '--dest-tls-verify=false',
      `oci:${images.index}:small`,
      `docker://${image}`,
    ]);
    const containerd = await startContainerd(host, { forKubelets: true });
    t.after(containerd.stop);
    const wrong = await pullAsKubelet(containerd, image, { username: 'admin', password: `${server.adminPassword}x` });
    assert.notEqual(wrong.code, 0, 'a wrong password was accepted');
    assert.match(wrong.message, /401|unauthorized|authorization failed/i);
    assert.deepEqual(await pullAsKubelet(containerd, image, { username: 'admin', password: server.adminPassword }), {
      code: 0,
      message: '',
    });
  });
});
