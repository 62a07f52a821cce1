import type { Descriptor } from './descriptor.ts';
import { parseDescriptor, readDescriptor } from './descriptor.ts';
import type { JsonObject } from './json-shape.ts';
import { member } from './json-shape.ts';

/** The most descriptors a manifest may hold in its lists. */
export const maxManifestDescriptors = 10_000;

/** What a manifest points to. */
export interface ManifestContent {
  readonly config?: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
}

/** The content of an image manifest (image specification, "Image Manifest"), or a sentence saying what is wrong. */
export function readImageContent(body: JsonObject): ManifestContent | string {
  const config = readOne(body, 'config');
  if (typeof config === 'string') return config;
  if (config === undefined) return 'an image manifest must have a config';
  const layers = readList(body, 'layers');
  if (typeof layers === 'string') return layers;
  return withSubject(body, { config, layers, manifests: [] });
}

/** The content of an index (image specification, "Image Index"), or a sentence saying what is wrong. */
export function readIndexContent(body: JsonObject): ManifestContent | string {
  const manifests = readList(body, 'manifests');
  if (typeof manifests === 'string') return manifests;
  return withSubject(body, { layers: [], manifests });
}

/**
 * What a manifest of an unknown media type seems to point to: every valid descriptor where the known formats keep
 * theirs, and in `blobs` (the withdrawn artifact manifest), so that its content is not collected as garbage.
 */
export function readOtherContent(body: JsonObject): ManifestContent | string {
  const config = parseDescriptor(member(body, 'config'));
  const subject = parseDescriptor(member(body, 'subject'));
  const lists = ['layers', 'blobs', 'manifests'].map((field) => listOf(body, field));
  if (lists.reduce((count, list) => count + list.length, 0) > maxManifestDescriptors) return tooMany();
  const [layers = [], blobs = [], manifests = []] = lists.map((list) => list.map(parseDescriptor).filter((found) => found !== undefined));
  return {
    ...(config === undefined ? {} : { config }),
    layers: [...layers, ...blobs],
    manifests,
    ...(subject === undefined ? {} : { subject }),
  };
}

function withSubject(body: JsonObject, content: ManifestContent): ManifestContent | string {
  const subject = readOne(body, 'subject');
  if (typeof subject === 'string') return subject;
  return contradiction(content) ?? (subject === undefined ? content : { ...content, subject });
}

function readOne(body: JsonObject, field: string): Descriptor | undefined | string {
  const value = member(body, field);
  if (value === undefined) return undefined;
  const descriptor = readDescriptor(value);
  return typeof descriptor === 'string' ? `${field}: ${descriptor}` : descriptor;
}

/** A required list; null counts as empty, because that is how Go clients write an empty slice. */
function readList(body: JsonObject, field: string): readonly Descriptor[] | string {
  if (!Object.hasOwn(body, field)) return `${field} is missing`;
  const value = member(body, field) ?? [];
  if (!Array.isArray(value)) return `${field} must be a list`;
  if (value.length > maxManifestDescriptors) return tooMany();
  const descriptors: Descriptor[] = [];
  for (const [index, entry] of value.entries()) {
    const descriptor = readDescriptor(entry);
    if (typeof descriptor === 'string') return `${field}[${index}]: ${descriptor}`;
    descriptors.push(descriptor);
  }
  return descriptors;
}

/** The same layer may occur many times (empty layers do), but never with two sizes. */
function contradiction({ config, layers, manifests }: ManifestContent): string | undefined {
  const sizes = new Map<string, number>();
  for (const { digest, size } of [...(config === undefined ? [] : [config]), ...layers, ...manifests]) {
    if ((sizes.get(digest) ?? size) !== size) return `${digest} is given two different sizes`;
    sizes.set(digest, size);
  }
  return undefined;
}

function listOf(body: JsonObject, field: string): readonly unknown[] {
  const value = member(body, field);
  return Array.isArray(value) ? value : [];
}

function tooMany(): string {
  return `a manifest may list at most ${maxManifestDescriptors} descriptors`;
}
