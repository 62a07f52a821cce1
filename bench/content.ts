import { createHash, randomBytes } from 'node:crypto';

/** The media type of every image here. */
export const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** Bytes with their digest. */
export interface Content {
  readonly bytes: Buffer;
  readonly digest: string;
}

/** An image of one layer. */
export interface Image {
  readonly config: Content;
  readonly layer: Content;
  readonly manifest: Content;
}

/** The sha256 digest of all pieces in a row. */
export function digestOf(...pieces: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return `sha256:${hash.digest('hex')}`;
}

/** Bytes that nobody has pushed before. */
export function randomContent(size: number): Content {
  const bytes = randomBytes(size);
  return { bytes, digest: digestOf(bytes) };
}

/** An image that nobody has pushed before: a configuration of about 1 KB, a layer of the given size. */
export function randomImage(layerSize: number): Image {
  const text = JSON.stringify({ architecture: 'amd64', os: 'linux', comment: randomBytes(450).toString('hex') });
  const config = { bytes: Buffer.from(text), digest: digestOf(Buffer.from(text)) };
  const layer = randomContent(layerSize);
  return { config, layer, manifest: manifestFor(config, layer, {}) };
}

/** A manifest of these two blobs; `fields` are added to it and make it another one. */
export function manifestFor(config: Content, layer: Content, fields: object): Content {
  const describe = (mediaType: string, { bytes, digest }: Content): object => ({ mediaType, digest, size: bytes.length });
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: describe('application/vnd.oci.image.config.v1+json', config),
      layers: [describe('application/vnd.oci.image.layer.v1.tar', layer)],
      ...fields,
    }),
  );
  return { bytes, digest: digestOf(bytes) };
}
