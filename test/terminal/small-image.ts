import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { requireDigest, requireRepositoryName, requireTag } from '@longshore/oci';
import { createRegistryClient, type RegistryCredentials } from '@longshore/oci/client';

const digestOf = (bytes: Uint8Array) => requireDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);

/** Pushes an image of one layer with a configuration and a history of two steps; resolves to its digest. */
export async function pushSmallImage(
  url: string,
  credentials: RegistryCredentials | undefined,
  repository: string,
  tag: string,
  { environment = 'PATH=/bin', last = '/bin/sh -c #(nop)  CMD ["sh"]' } = {},
): Promise<string> {
  const client = createRegistryClient({ baseUrl: url, fetch, ...(credentials !== undefined && { credentials }) });
  const name = requireRepositoryName(repository);
  const layer = gzipSync(Buffer.alloc(1024));
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      created: '2026-01-01T00:00:00Z',
      config: { Env: [environment] },
      rootfs: { type: 'layers', diff_ids: [digestOf(Buffer.alloc(1024))] },
      history: [{ created_by: '/bin/sh -c true' }, { created_by: last, empty_layer: true }],
    }),
  );
  const blobs = { config, layer };
  for (const bytes of Object.values(blobs))
    await client.uploadBlob(name, { digest: digestOf(bytes), content: bytes, sizeBytes: bytes.length });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf(layer), size: layer.length }],
    }),
  );
  await client.putManifest(name, requireTag(tag), { bytes: manifest, mediaType: 'application/vnd.oci.image.manifest.v1+json' });
  return digestOf(manifest);
}
