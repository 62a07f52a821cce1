import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { useClientRegistry } from './client-registry.ts';
import { assertSameLayout, layoutDigest } from './oci-layout.ts';
import { realImages } from './real-images.ts';

describe('regctl', () => {
  const registry = useClientRegistry();

  for (const [kind, name] of [
    ['image', 'application'],
    ['index', 'small'],
  ] as const) {
    test(`pushes and pulls the same ${kind}`, async (t) => {
      if (requirePrograms(t, 'regctl', 'skopeo') === undefined) return;
      const images = await realImages(t);
      if (images === undefined) return;
      const { home, host, reference, digest } = registry();
      await home.run('regctl', ['registry', 'set', '--skip-check', '--tls', 'disabled', host]);
      const target = reference(`clients/regctl:${kind}`);
      const expected = await layoutDigest(images[kind]);
      await home.run('regctl', ['image', 'copy', `ocidir://${images[kind]}:${name}`, target]);
      assert.equal(await digest(target), expected);
      assert.equal((await home.run('regctl', ['image', 'digest', target])).trim(), expected);

      const pulled = home.path(`pulled-${kind}`);
      await home.run('regctl', ['image', 'copy', target, `ocidir://${pulled}:${name}`]);
      await assertSameLayout(pulled, images[kind]);
    });
  }

  test('attaches an artifact, finds it by its subject and reads it back', async (t) => {
    if (requirePrograms(t, 'regctl') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { home, host, reference } = registry();
    await home.run('regctl', ['registry', 'set', '--skip-check', '--tls', 'disabled', host]);
    const subject = reference('clients/regctl-artifact:subject');
    await home.run('regctl', ['image', 'copy', `ocidir://${images.index}:small`, subject]);
    const type = 'application/vnd.example.report.v1+json';
    const report = '{"findings":[]}';
    await home.run('regctl', ['artifact', 'put', '--subject', subject, '--artifact-type', type], { input: report });

    const listed = await home.run('regctl', ['artifact', 'list', subject, '--format', '{{json .Descriptors}}']);
    const types = (JSON.parse(listed) as { artifactType?: string }[]).map((descriptor) => descriptor.artifactType);
    assert.deepEqual(types, [type]);
    assert.equal(await home.run('regctl', ['artifact', 'get', '--subject', subject, '--filter-artifact-type', type]), report);
    // Without the referrers API clients keep the list in a tag named after the subject.
    assert.equal((await home.run('regctl', ['tag', 'ls', reference('clients/regctl-artifact')])).trim(), 'subject');
  });
});
