import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, type TestContext, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { type ClientRegistry, useClientRegistry } from './client-registry.ts';
import { layoutDigest } from './oci-layout.ts';
import { realImages } from './real-images.ts';

const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
/** No transparency log and no timestamp authority. */
const signingConfig = { mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json', rekorTlogUrls: [], tsaUrls: [] };
/** Given explicitly, so that cosign does not fetch the public one. */
const trustedRoot = { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' };

describe('cosign', () => {
  const registry = useClientRegistry();

  test('stores and verifies a signature in a tag beside the image', async (t) => {
    const image = await pushImage(t, registry, 'clients/cosign-tag');
    if (image === undefined) return;
    const { home, reference } = registry();
    await generateKeys(registry(), 'tag');
    const legacy = '--new-bundle-format=false';
    const sign = ['sign', '--yes', '--key', home.path('tag.key'), '--use-signing-config=false', legacy, '--tlog-upload=false'];
    const verify = (key: string, ...flags: string[]): string[] => [
      'verify',
      '--key',
      home.path(key),
      '--insecure-ignore-tlog',
      ...flags,
      image,
    ];
    assert.notEqual((await home.try('cosign', verify('tag.pub', legacy))).code, 0, 'verified before it was signed');

    await home.run('cosign', [...sign, image]);
    const verified = JSON.parse(await home.run('cosign', verify('tag.pub', legacy))) as SignedPayload[];
    assert.deepEqual(
      verified.map((payload) => payload.critical.image['docker-manifest-digest']),
      [image.split('@')[1]],
    );
    const other = await home.try('cosign', verify('tag-other.pub', legacy));
    assert.notEqual(other.code, 0, 'verified with a key that did not sign');
    const tags = (await home.run('crane', ['ls', reference('clients/cosign-tag')])).trim().split('\n');
    assert.ok(tags.includes(`${image.split('@')[1]?.replace(':', '-')}.sig`), tags.join(' '));
  });

  test('stores and verifies a bundle that refers to the image', async (t) => {
    const image = await pushImage(t, registry, 'clients/cosign-bundle');
    if (image === undefined) return;
    const { home, host, reference } = registry();
    await generateKeys(registry(), 'bundle');
    await writeFile(home.path('signing-config.json'), JSON.stringify(signingConfig));
    await writeFile(home.path('trusted-root.json'), JSON.stringify(trustedRoot));
    const root = ['--trusted-root', home.path('trusted-root.json')];
    const sign = ['sign', '--yes', '--key', home.path('bundle.key'), '--signing-config', home.path('signing-config.json'), ...root];
    const verify = (key: string): string[] => ['verify', '--key', home.path(key), '--insecure-ignore-tlog', ...root, image];
    assert.notEqual((await home.try('cosign', verify('bundle.pub'))).code, 0, 'verified before it was signed');

    await home.run('cosign', [...sign, image]);
    await home.run('cosign', verify('bundle.pub'));
    const other = await home.try('cosign', verify('bundle-other.pub'));
    assert.notEqual(other.code, 0, 'verified with a key that did not sign');

    await home.run('regctl', ['registry', 'set', '--skip-check', '--tls', 'disabled', host]);
    const listed = await home.run('regctl', ['artifact', 'list', image, '--format', '{{json .Descriptors}}']);
    assert.deepEqual(
      (JSON.parse(listed) as { artifactType?: string }[]).map((descriptor) => descriptor.artifactType),
      [bundleType],
    );
    assert.equal(
      (await home.run('crane', ['ls', reference('clients/cosign-bundle')])).trim(),
      'signed',
      'the registry has no referrers API',
    );
  });
});

interface SignedPayload {
  readonly critical: { readonly image: { readonly 'docker-manifest-digest': string } };
}

/** Pushes a small index and answers with its reference by digest, or marks the test as skipped. */
async function pushImage(t: TestContext, registry: () => ClientRegistry, repository: string): Promise<string | undefined> {
  if (requirePrograms(t, 'cosign', 'skopeo', 'crane', 'regctl') === undefined) return undefined;
  const images = await realImages(t);
  if (images === undefined) return undefined;
  const { home, reference } = registry();
  const target = `docker://${reference(repository)}:signed`;
  await home.run('skopeo', ['--insecure-policy', 'copy', '-q', '--all', '--dest-tls-verify=false', `oci:${images.index}:small`, target]);
  return `${reference(repository)}@${await layoutDigest(images.index)}`;
}

/** Makes one pair of keys to sign with, and another that must not verify. */
async function generateKeys({ home }: ClientRegistry, name: string): Promise<void> {
  for (const prefix of [name, `${name}-other`]) {
    await home.run('cosign', ['generate-key-pair', '--output-key-prefix', prefix], { cwd: home.directory });
  }
}
