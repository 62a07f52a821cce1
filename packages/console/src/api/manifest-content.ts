/** A part of an image, as a manifest names it. */
export interface Part {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
}

/** What an index lists. */
export interface IndexEntry extends Part {
  /** As `--platform` of clients takes it: `linux/arm64/v8`. */
  readonly platform: string | undefined;
  readonly artifactType: string | undefined;
}

/** What a manifest says, read as far as pages show it. */
export interface ManifestContent {
  readonly mediaType: string;
  /** As it was pushed. */
  readonly text: string;
  readonly artifactType: string | undefined;
  readonly config: Part | undefined;
  readonly layers: readonly Part[];
  readonly entries: readonly IndexEntry[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads a manifest that the registry took, so it is JSON; whatever else is in it is from strangers. */
export function readManifest({ mediaType, text }: { mediaType: string; text: string }): ManifestContent {
  const whole = objectOf(JSON.parse(text));
  const config = partOf(whole['config']);
  const artifactType = whole['artifactType'];
  return {
    mediaType,
    text,
    artifactType: typeof artifactType === 'string' ? artifactType : undefined,
    config,
    layers: listOf(whole['layers']).flatMap((layer) => partOf(layer) ?? []),
    entries: listOf(whole['manifests']).flatMap((entry) => entryOf(entry) ?? []),
    annotations: Object.fromEntries(Object.entries(objectOf(whole['annotations'])).map(([name, value]) => [name, String(value)])),
  };
}

function entryOf(value: unknown): IndexEntry | undefined {
  const part = partOf(value);
  if (part === undefined) return undefined;
  const { platform, artifactType } = objectOf(value);
  const { os, architecture, variant } = objectOf(platform);
  const names = [os, architecture, variant].filter((name) => typeof name === 'string' && name !== '') as string[];
  // Builders list attestations as images of a platform that nobody has. Commands to copy are made of the names: nothing for a shell is among them.
  const isKnown = names.length > 1 && os !== 'unknown' && names.every((name) => /^[A-Za-z0-9._]+$/.test(name));
  return {
    ...part,
    platform: isKnown ? names.join('/') : undefined,
    artifactType: typeof artifactType === 'string' ? artifactType : undefined,
  };
}

function partOf(value: unknown): Part | undefined {
  const { digest, size, mediaType } = objectOf(value);
  if (typeof digest !== 'string' || typeof size !== 'number') return undefined;
  return { digest, sizeBytes: size, mediaType: typeof mediaType === 'string' ? mediaType : '' };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
