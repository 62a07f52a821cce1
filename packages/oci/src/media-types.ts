/** The media types a registry knows by name: OCI image 1.1, Docker schema 2, and Docker schema 1 to refuse it. */
export const mediaTypes = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  ociLayerNonDistributable: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
  ociLayerNonDistributableGzip: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  ociLayerNonDistributableZstd: 'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  ociArtifactManifest: 'application/vnd.oci.artifact.manifest.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerPluginConfig: 'application/vnd.docker.plugin.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerForeignLayer: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
  octetStream: 'application/octet-stream',
} as const;

const manifestTypes: ReadonlySet<string> = new Set([mediaTypes.ociManifest, mediaTypes.dockerManifest]);
const indexTypes: ReadonlySet<string> = new Set([mediaTypes.ociIndex, mediaTypes.dockerManifestList]);
const schema1Types: ReadonlySet<string> = new Set([mediaTypes.dockerSchema1, mediaTypes.dockerSchema1Signed]);
const nonDistributablePrefix = 'application/vnd.oci.image.layer.nondistributable.v1.tar';
const restrictedName = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}';
const typePattern = new RegExp(`^${restrictedName}/${restrictedName}$`);

/** What a client sends in Accept to get any manifest it can read. */
export const acceptedManifestTypes: readonly string[] = [
  mediaTypes.ociManifest,
  mediaTypes.ociIndex,
  mediaTypes.dockerManifest,
  mediaTypes.dockerManifestList,
];

/** True for a manifest of one image: OCI, or Docker schema 2. Media types compare without regard to case. */
export function isManifestType(mediaType: string): boolean {
  return manifestTypes.has(mediaType.toLowerCase());
}

/** True for an OCI index or a Docker manifest list. */
export function isIndexType(mediaType: string): boolean {
  return indexTypes.has(mediaType.toLowerCase());
}

/** True for layers that a registry need not hold: OCI non-distributable and Docker foreign layers. */
export function isNonDistributable(mediaType: string): boolean {
  const type = mediaType.toLowerCase();
  return type === mediaTypes.dockerForeignLayer || type.startsWith(nonDistributablePrefix);
}

/** True for Docker schema 1, signed or not, which this registry refuses. */
export function isSchema1(mediaType: string): boolean {
  return schema1Types.has(mediaType.toLowerCase());
}

/** True for `type/subtype` by RFC 6838 section 4.2, without parameters: safe to send in a header. */
export function isMediaType(text: string): boolean {
  return text.length <= 255 && typePattern.test(text);
}

/** The media type of a Content-Type header without its parameters; empty when the header is absent or empty. */
export function mediaTypeOf(contentType: string | undefined): string {
  if (contentType === undefined) return '';
  const semicolon = contentType.indexOf(';');
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim();
}
